import { ArrowRightOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../../api/contract';
import type { Problem } from '../../../api/problem';
import { type Attribute, type Change, historyOf } from '../../../api/records';
import { valueText } from '../../../lib/attributes';
import { dateTime, localText } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';

/** What the kind of an event did to the record, by its last word. */
function deed(kind: string, t: TFunction): string {
  if (/unlink/.test(kind)) return t('cards.history.unlinked');
  if (/link/.test(kind)) return t('cards.history.linked');
  if (/(added|created|made)/.test(kind)) return t('cards.history.made');
  if (/(archived|removed|deleted)/.test(kind)) return t('cards.history.archived');
  return t('cards.history.changed');
}

function Was({
  change,
  attributes,
}: {
  change: Change['changes'][number];
  attributes: Attribute[];
}) {
  const { t, i18n } = useTranslation();
  const key = change.field.replace(/^attributes[./]/, '');
  const of = attributes.find((attribute) => attribute.key === key);
  const own: Record<string, string> = {
    name: t('common.name'),
    kind: t('desk.customer.kind'),
    language: t('nav.language'),
    vip: 'VIP',
    identifiers: t('cards.page.identifiers'),
  };
  const text = (value: unknown) =>
    valueText(of ?? { type: 'text' }, value, i18n.language, {
      yes: t('common.yes'),
      no: t('common.no'),
    });
  return (
    <div className="was">
      <span className="dim">{of ? localText(of.title, i18n.language) : (own[key] ?? key)}</span>
      <span>
        <span className="sr-only">{t('cards.history.before')}: </span>
        {text(change.before)}
      </span>
      <ArrowRightOutlined className="dim" />
      <strong>
        <span className="sr-only">{t('cards.history.after')}: </span>
        {text(change.after)}
      </strong>
    </div>
  );
}

/** Who changed what of a record, and what it was before. */
export function HistoryPanel({
  path,
  id,
  attributes,
}: {
  path: string;
  id: string;
  attributes: Attribute[];
}) {
  const { t, i18n } = useTranslation();
  const history = useInfiniteQuery<Page<Change>, Problem>({
    queryKey: [path, id, 'history'],
    queryFn: ({ pageParam }) =>
      historyOf(path, id, { limit: 50, cursor: (pageParam as string) ?? undefined }),
    initialPageParam: undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  if (history.error)
    return <ProblemNote error={history.error} onRetry={() => void history.refetch()} />;
  const items = history.data?.pages.flatMap((page) => page.items) ?? [];
  if (!history.isPending && items.length === 0)
    return <EmptyState text={t('cards.history.none')} />;
  return (
    <>
      <ul className="history-list" aria-busy={history.isPending}>
        {items.map((item) => (
          <li key={item.id}>
            <div className="row">
              <strong>{deed(item.kind, t)}</strong>
              <span>{item.by ?? t('cards.history.system')}</span>
              <span className="dim">{dateTime(item.at, i18n.language)}</span>
            </div>
            {item.changes.map((change) => (
              <Was key={change.field} change={change} attributes={attributes} />
            ))}
          </li>
        ))}
      </ul>
      {history.hasNextPage ? (
        <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
          {t('cards.history.more')}
        </Button>
      ) : null}
    </>
  );
}
