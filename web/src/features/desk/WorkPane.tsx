import { useTranslation } from 'react-i18next';
import type { Desk, Today } from '../../api/frames';
import { duration, phone } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { type ShownState, StatusMark } from '../../ui/StatusMark';
import { Timer } from '../../ui/Timer';
import { CustomerFlags } from './CustomerFlags';

function WorkCard({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const card = desk.contact?.card ?? desk.offer?.contact;
  if (!card)
    return (
      <EmptyState
        text={t(desk.presence.state === 'ready' ? 'desk.work.waiting' : 'desk.work.none')}
      />
    );
  const { contact } = desk;
  const state: ShownState = !contact
    ? 'ringing'
    : contact.state === 'held'
      ? 'held'
      : contact.state === 'wrap_up'
        ? 'wrap_up'
        : 'on_contact';
  const since = contact?.ended_at ?? contact?.held_since ?? contact?.answered_at ?? card.arrived_at;
  return (
    <article className="work-card" data-state={state} aria-label={t('desk.work.card')}>
      <header>
        <StatusMark state={state} />
        <Timer since={since} />
      </header>
      <strong>{card.caller.name ?? phone(card.caller.number)}</strong>
      <span className="dim">
        {[card.caller.name ? phone(card.caller.number) : undefined, card.queue?.name]
          .filter(Boolean)
          .join(' · ')}
      </span>
      <CustomerFlags caller={card.caller} />
    </article>
  );
}

function TodayNumbers({ today }: { today: Today }) {
  const { t } = useTranslation();
  const average = today.handled > 0 ? today.talk_seconds / today.handled : 0;
  const cells: [string, string][] = [
    [t('desk.today.handled'), String(today.handled)],
    [t('desk.today.missed'), String(today.missed)],
    [t('desk.today.average'), duration(average)],
    [t('desk.today.talk'), duration(today.talk_seconds)],
    [t('desk.today.wrapUp'), duration(today.wrap_up_seconds)],
    [t('desk.today.notReady'), duration(today.not_ready_seconds)],
  ];
  return (
    <dl className="today">
      {cells.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="digits">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Left: what I work on, what waits in my queues, what I did today. */
export function WorkPane({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  // By name: the list never re-orders under the pointer.
  const queues = Object.entries(desk.queues).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <aside className="desk-work" aria-label={t('desk.work.title')}>
      <h2>{t('desk.work.title')}</h2>
      <WorkCard desk={desk} />
      <h2>{t('desk.queues.title')}</h2>
      {queues.length === 0 ? <p className="dim">{t('desk.queues.none')}</p> : null}
      <ul className="queue-list">
        {queues.map(([id, queue]) => (
          <li key={id}>
            <span>{queue.name}</span>
            <span className="digits dim">
              {queue.longest_since ? <Timer since={queue.longest_since} /> : null}
            </span>
            <b className="digits" data-some={queue.waiting > 0}>
              {queue.waiting}
            </b>
          </li>
        ))}
      </ul>
      <h2>{t('desk.today.title')}</h2>
      <TodayNumbers today={desk.today} />
    </aside>
  );
}
