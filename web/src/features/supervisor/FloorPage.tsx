import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import type { Floor } from '../../api/frames';
import type { Live } from '../../api/live';
import { skew } from '../../api/skew';
import { useSocket } from '../../api/useSocket';
import { age, duration, phone } from '../../lib/format';
import { secondsSince, useTick } from '../../lib/time';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Timer } from '../../ui/Timer';
import { type Alert, alertsOf, callRows } from './floor';
import { OperatorsTable } from './OperatorsTable';
import './supervisor.css';

function LineMark({ live }: { live: Live }) {
  const { t, i18n } = useTranslation();
  useTick(500);
  const line = useStore(live.use, (state) => state.line);
  const heardAt = useStore(live.use, (state) => state.heardAt);
  return (
    <span
      className="floor-line digits"
      data-bad={line !== 'open'}
      role="status"
      aria-label={t(`line.${line}`)}
    >
      {line === 'open' ? '●' : '✕'} {t(`line.${line}`)}
      <span aria-hidden="true">
        {' '}
        · {t('line.age', { age: age(performance.now() - heardAt, i18n.language) })}
      </span>
    </span>
  );
}

/** More would push the room off the screen. */
const SHOWN = 5;

function Alerts({ alerts }: { alerts: Alert[] }) {
  const { t } = useTranslation();
  if (alerts.length === 0) return null;
  return (
    <section className="alerts" aria-label={t('floor.alerts')}>
      {alerts.slice(0, SHOWN).map((alert) => (
        <span key={alert.id}>
          ‼{' '}
          {t(`floor.alert.${alert.kind}`, {
            name: alert.kind === 'waits' ? phone(alert.name) : alert.name,
          })}{' '}
          {alert.since ? <Timer since={alert.since} /> : null}
        </span>
      ))}
      {alerts.length > SHOWN ? (
        <span>{t('floor.moreAlerts', { n: alerts.length - SHOWN })}</span>
      ) : null}
    </section>
  );
}

function Queues({ floor }: { floor: Floor }) {
  const { t } = useTranslation();
  const queues = Object.entries(floor.queues).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <section className="panel" aria-label={t('board.queues')}>
      <h2>{t('board.queues')}</h2>
      {queues.length === 0 ? <EmptyState text={t('floor.noQueues')} /> : null}
      <table className="plain">
        <thead>
          <tr>
            <th>{t('common.name')}</th>
            <th>{t('floor.waiting')}</th>
            <th>{t('floor.longest')}</th>
            <th>{t('floor.free')}</th>
            <th>{t('floor.talking')}</th>
            <th>{t('floor.service')}</th>
            <th>{t('floor.lost')}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map(([id, queue]) => {
            const longest = queue.longest_since ? secondsSince(queue.longest_since, skew.now()) : 0;
            const low =
              queue.service_level !== undefined && queue.service_level < queue.target_percent;
            return (
              <tr key={id}>
                <td>{queue.name}</td>
                <td className="digits">{queue.waiting}</td>
                <td className="digits" data-bad={longest > queue.target_seconds}>
                  {longest > queue.target_seconds ? '‼ ' : ''}
                  {queue.longest_since ? duration(longest) : '—'}
                </td>
                <td className="digits">{queue.ready}</td>
                <td className="digits">{queue.talking}</td>
                <td className="digits" data-bad={low}>
                  {low ? '! ' : ''}
                  {queue.service_level === undefined ? '—' : `${Math.round(queue.service_level)} %`}
                </td>
                <td className="digits">{queue.abandoned}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function Calls({ floor }: { floor: Floor }) {
  const { t } = useTranslation();
  const calls = callRows(floor);
  return (
    <section className="panel" aria-label={t('floor.calls')}>
      <h2>
        {t('floor.calls')} <span className="dim">{calls.length}</span>
      </h2>
      {calls.length === 0 ? <EmptyState text={t('floor.noCalls')} /> : null}
      <table className="plain">
        <tbody>
          {calls.slice(0, 100).map((call) => (
            <tr key={call.id}>
              <td>
                {call.caller.vip ? '★ ' : ''}
                {call.caller.name ?? phone(call.caller.number)}
              </td>
              <td>{t(`stage.${call.stage}`)}</td>
              <td className="dim">{call.operator?.name ?? call.queue?.name ?? ''}</td>
              <td>
                <Timer since={call.since} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function FloorView({ live }: { live: Live }) {
  const { t } = useTranslation();
  useTick(1000);
  const floor = useStore(live.use, (state) => state.topics.floor?.data as Floor | undefined);
  const line = useStore(live.use, (state) => state.line);
  if (!floor) {
    return (
      <>
        <LineMark live={live} />
        <EmptyState text={t('common.loading')} />
      </>
    );
  }
  return (
    <div className="floor" data-stale={line !== 'open'}>
      <div className="floor-top">
        <LineMark live={live} />
        <Alerts alerts={alertsOf(floor, skew.now())} />
      </div>
      <OperatorsTable floor={floor} />
      <div className="floor-side">
        <Queues floor={floor} />
        <Calls floor={floor} />
      </div>
    </div>
  );
}

export default function FloorPage() {
  const { t } = useTranslation();
  const live = useSocket('/ws/wallboard', 'floor');
  return (
    <div className="page">
      <PageHead title={t('nav.floor')} note={t('floor.note')} />
      {live ? <FloorView live={live} /> : null}
    </div>
  );
}
