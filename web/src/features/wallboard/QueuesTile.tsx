import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BoardQueue } from '../../api/frames';
import { skew } from '../../api/skew';
import { duration } from '../../lib/format';
import { secondsSince } from '../../lib/time';
import { ListTile } from './Tile';

const ROWS = 4;
const PAGE_MS = 20_000;

/** The queues, four at a time; more turn over every 20 seconds. Ordered by name, so nothing jumps. */
export function QueuesTile({
  queues,
  age,
  stale,
}: {
  queues: Record<string, BoardQueue>;
  age: number;
  stale: boolean;
}) {
  const { t } = useTranslation();
  const [openedAt] = useState(() => performance.now());
  const all = Object.entries(queues).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  const pages = Math.max(1, Math.ceil(all.length / ROWS));
  const page = Math.floor((performance.now() - openedAt) / PAGE_MS) % pages;
  const shown = all.slice(page * ROWS, page * ROWS + ROWS);
  const label = pages > 1 ? `${t('board.queues')} ${page + 1}/${pages}` : t('board.queues');
  return (
    <ListTile label={label} age={age} stale={stale}>
      <table className="wall-queues">
        <thead>
          <tr>
            <th>{t('common.name')}</th>
            <th>{t('board.short.waiting')}</th>
            <th>{t('board.short.longest')}</th>
            <th>{t('board.short.service')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map(([id, queue]) => (
            <tr key={id}>
              <td>{queue.name}</td>
              <td className="digits">{queue.waiting}</td>
              <td className="digits">
                {queue.longest_since
                  ? duration(secondsSince(queue.longest_since, skew.now()))
                  : '—'}
              </td>
              <td className="digits">
                {queue.service_level === undefined ? '—' : `${Math.round(queue.service_level)} %`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ListTile>
  );
}
