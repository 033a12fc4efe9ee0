import type { TFunction } from 'i18next';
import type { EventType, FieldInWords, JsonSchema, RuleField } from '../../api/automation';
import { localText } from '../../lib/format';

type Titles = Record<string, string> | undefined;

/** The fields that every rule has, which have no schema that could name them in each language. */
const KNOWN = [
  'customer.id',
  'customer.kind',
  'customer.name',
  'customer.vip',
  'customer.language',
  'customer.phone',
  'customer.email',
  'customer.telegram',
  'customer.tax_number',
  'customer.contract',
  'customer.created_at',
  'time.hour',
  'time.minute',
  'time.weekday',
  'time.date',
  'time.iso',
] as const;

function property(schema: JsonSchema | undefined, path: string): JsonSchema | undefined {
  const [root, ...rest] = path.split('.');
  if (root !== 'event') return undefined;
  return rest.reduce<JsonSchema | undefined>((at, part) => at?.properties?.[part], schema);
}

/** The fields with titles and choices in the person's language, where somebody has given them one. */
export function localised(
  fields: readonly FieldInWords[],
  type: EventType | undefined,
  language: string,
  t: TFunction,
): RuleField[] {
  return fields.map((field) => {
    const plain = (title: FieldInWords['title']) =>
      typeof title === 'string' ? title : localText(title, language);
    const known = KNOWN.find((path) => path === field.path);
    if (known && typeof field.title === 'string') {
      const [group, key] = known.split('.');
      const choices = field.choices.map(({ value, title }) => ({ value, title: plain(title) }));
      return {
        ...field,
        choices,
        title: t(`rules.fields.${group}.${key}` as 'rules.fields.customer.id'),
      };
    }
    const schema = property(type?.schema, field.path);
    const titles = schema?.['x-title'] as Titles;
    const choices = schema?.['x-choices'] as Record<string, Titles> | undefined;
    return {
      ...field,
      title: localText(titles, language) || plain(field.title),
      choices: field.choices.map((choice) => ({
        ...choice,
        title: localText(choices?.[choice.value], language) || plain(choice.title),
      })),
    };
  });
}
