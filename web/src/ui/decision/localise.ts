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

/** Of a list of an event: what each of it may be. The server names the choices of single values alone. */
const listed = (field: FieldInWords, schema: JsonSchema | undefined): FieldInWords['choices'] =>
  field.type === 'list' && field.choices.length === 0
    ? (schema?.items?.enum ?? [])
        .filter((one) => typeof one === 'string')
        .map((value) => ({ value, title: value }))
    : field.choices;

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
    const choices = (schema?.['x-choices'] ?? schema?.items?.['x-choices']) as
      | Record<string, Titles>
      | undefined;
    return {
      ...field,
      title: localText(titles, language) || plain(field.title),
      choices: listed(field, schema).map((choice) => ({
        ...choice,
        title: localText(choices?.[choice.value], language) || plain(choice.title),
      })),
    };
  });
}
