import { useTranslation } from 'react-i18next';
import type { EventType } from '../../api/automation';
import { count } from '../../lib/format';
import { choiceOf, labelOf } from '../../ui/EventForm';

/** The fields of an event by their titles, in the reader's language. */
export function useDataWords(type: EventType | undefined, data: Record<string, unknown>) {
  const { t, i18n } = useTranslation();
  const { language } = i18n;
  return Object.entries(data).map(([name, value]) => {
    const schema = type?.schema.properties?.[name] ?? {};
    const text =
      typeof value === 'number'
        ? count(value, language)
        : typeof value === 'boolean'
          ? t(value ? 'common.yes' : 'common.no')
          : typeof value === 'string'
            ? choiceOf(value, schema, language)
            : JSON.stringify(value);
    return { name, label: labelOf(name, schema, language), text };
  });
}

/** On one line, for a list. */
export function DataLine({
  type,
  data,
}: {
  type: EventType | undefined;
  data: Record<string, unknown>;
}) {
  const words = useDataWords(type, data);
  return (
    <div
      className="event-data"
      title={words.map(({ label, text }) => `${label}: ${text}`).join('\n')}
    >
      {words.map(({ name, label, text }, index) => (
        <span key={name}>
          {index > 0 ? ' · ' : ''}
          <span className="dim">{label}</span> {text}
        </span>
      ))}
    </div>
  );
}
