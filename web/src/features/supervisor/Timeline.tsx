import { useTranslation } from 'react-i18next';
import type { ContactEvent } from '../../api/contract';
import { clock, timer } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { eventWords, payloadLine } from './events';

/** What happened, in order, with the time since the contact arrived. */
export function Timeline({ events, start }: { events: ContactEvent[]; start: string }) {
  const { t, i18n } = useTranslation();
  if (events.length === 0) return <EmptyState text={t('contacts.noEvents')} />;
  const from = Date.parse(start);
  return (
    <ol className="timeline">
      {events.map((event) => {
        const at = Date.parse(event.at);
        const person = event.operator_name ?? event.author_name;
        return (
          <li key={event.id}>
            <span className="digits dim" title={clock(at)}>
              {timer((at - from) / 1000)}
            </span>
            <div>
              <strong>{eventWords(event.kind, t)}</strong>
              {person ? <span className="dim"> · {person}</span> : null}
              <div className="dim payload">{payloadLine(event.payload, t, i18n.language)}</div>
            </div>
          </li>
        );
      })}
    </ol>
  );
}
