import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { myOpenTasks } from '../api/flows';

/** How often the number of open tasks is asked for. */
const ASK_EVERY_MS = 30_000;

/** How many tasks wait for this person; nothing when none does. */
export default function TaskBadge() {
  const { t } = useTranslation();
  const open = useQuery({
    queryKey: ['/tasks', 'mine', 'count'],
    queryFn: ({ signal }) => myOpenTasks(signal),
    refetchInterval: ASK_EVERY_MS,
    retry: false,
  });
  if (!open.data?.n) return null;
  const { n, more } = open.data;
  return (
    <span className="nav-count digits" title={t('automation.openTasks', { n })}>
      {n}
      {more ? '+' : ''}
    </span>
  );
}
