import { Button } from 'antd';
import { Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Floor } from '../../api/frames';
import { duration, localText, phone } from '../../lib/format';
import { later } from '../../lib/later';
import { matches } from '../../lib/search';
import { EmptyState } from '../../ui/EmptyState';
import { StatusMark } from '../../ui/StatusMark';
import { Timer } from '../../ui/Timer';
import { type OperatorRow, operatorRows } from './floor';
import type { OperatorFilter } from './OperatorFilters';

const OperatorFilters = later(() => import('./OperatorFilters'));

/** Of a large room the first are drawn; who needs attention is among them. */
const DRAWN = 100;

function Row({ row }: { row: OperatorRow }) {
  const { i18n } = useTranslation();
  const detail = row.reason ? localText(row.reason.name, i18n.language) : undefined;
  const { handled, missed, talk_seconds: talk } = row.today;
  return (
    <tr>
      <td title={row.login}>{row.name}</td>
      <td>
        <StatusMark state={row.shown} {...(detail ? { detail } : {})} />
      </td>
      <td>
        <Timer since={row.since} />
      </td>
      <td>
        {row.contact ? (
          <Link to={`/contacts/${row.contact.contact_id}`}>
            {row.contact.caller?.name ?? phone(row.contact.caller?.number)}
          </Link>
        ) : (
          <span className="dim">—</span>
        )}
      </td>
      <td className="digits">{handled}</td>
      <td className="digits">{missed}</td>
      <td className="digits">{handled > 0 ? duration(talk / handled) : '—'}</td>
    </tr>
  );
}

/** Everybody of the shift; who needs attention stands first. */
export function OperatorsTable({ floor }: { floor: Floor }) {
  const { t } = useTranslation();
  const [{ query = '', state, queue }, setFilter] = useState<OperatorFilter>({});
  const [everybody, setEverybody] = useState(false);
  const all = useMemo(() => operatorRows(floor), [floor]);
  const found = all.filter(
    (row) =>
      (!state || row.shown === state) &&
      (!queue || row.queues.includes(queue)) &&
      matches(`${row.name} ${row.login} ${row.unit ?? ''}`, query),
  );
  const drawn = everybody ? found : found.slice(0, DRAWN);
  return (
    <section className="panel floor-operators" aria-label={t('board.operators')}>
      <div className="row filters">
        <h2>
          {t('board.operators')} <span className="dim">{all.length}</span>
        </h2>
        <Suspense>
          <OperatorFilters
            queues={floor.queues}
            filter={{ query, state, queue }}
            onChange={setFilter}
          />
        </Suspense>
      </div>
      {found.length === 0 ? (
        <EmptyState text={all.length === 0 ? t('floor.nobody') : t('common.emptySearch')} />
      ) : (
        <div className="sideways">
          <table className="plain">
            <thead>
              <tr>
                <th>{t('floor.operator')}</th>
                <th>{t('floor.state')}</th>
                <th>{t('floor.time')}</th>
                <th>{t('floor.contact')}</th>
                <th>{t('floor.handled')}</th>
                <th>{t('floor.missed')}</th>
                <th>{t('floor.averageTalk')}</th>
              </tr>
            </thead>
            <tbody>
              {drawn.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {drawn.length < found.length ? (
        <Button type="link" onClick={() => setEverybody(true)}>
          {t('floor.showAll', { n: found.length })}
        </Button>
      ) : null}
    </section>
  );
}
