import { ArrowRightOutlined } from '@ant-design/icons';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Page } from '../../../api/contract';
import type { Problem } from '../../../api/problem';
import {
  type Attribute,
  type Change,
  historyOf,
  type Link,
  linkKinds,
  linksOf,
} from '../../../api/records';
import { useAll } from '../../../api/session';
import { isEmpty, valueText } from '../../../lib/attributes';
import { dateTime, localText } from '../../../lib/format';
import { LANGUAGES } from '../../../lib/i18n';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { KEY as LINKS } from './LinksPanel';

/** What the kind of an event did to the record, by its last word. */
function deed(kind: string, t: TFunction): string {
  const [, what = ''] = /_(\w+)$/.exec(kind) ?? [];
  if (kind.startsWith('link_'))
    return t(what === 'removed' ? 'cards.history.unlinked' : 'cards.history.linked');
  if (/^(added|created|made|imported)$/.test(what)) return t('cards.history.made');
  if (/^(archived|removed|deleted)$/.test(what)) return t('cards.history.archived');
  return t('cards.history.changed');
}

/** Identifiers and other lists in one line. */
function listText(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value
    .map((one) =>
      typeof one === 'object' && one !== null && 'value' in one ? String(one.value) : String(one),
    )
    .join(', ');
}

const languageWords = (t: TFunction) =>
  LANGUAGES.map(({ code }) => ({ value: code, title: { en: t(`locale.${code}`) } }));
const kindWords = (t: TFunction) =>
  (['individual', 'organisation'] as const).map((value) => ({
    value,
    title: { en: t(`desk.customer.${value}`) },
  }));

function Was({
  change,
  attributes,
  titles,
}: {
  change: Change['changes'][number];
  attributes: Attribute[];
  titles: Map<string, string>;
}) {
  const { t, i18n } = useTranslation();
  const kinds = useAll(linkKinds);
  const key = change.field.replace(/^attributes\./, '');
  const of = attributes.find((attribute) => attribute.key === key);
  const own: Record<string, string> = {
    name: t('cards.customers.name'),
    kind: t('desk.customer.kind'),
    language: t('nav.language'),
    vip: 'VIP',
    identifiers: t('cards.page.identifiers'),
  };
  const link = kinds.find((kind) => change.field === `links.${kind.key}`);
  // The other end of a link by its title, as long as it is linked.
  const named = (value: unknown) => titles.get(String(value)) ?? value;
  const choices = key === 'kind' ? kindWords(t) : key === 'language' ? languageWords(t) : [];
  const text = (value: unknown) =>
    valueText(
      of ?? { type: choices.length > 0 ? 'choice' : 'text', choices },
      value,
      i18n.language,
      {
        yes: t('common.yes'),
        no: t('common.no'),
      },
    );
  return (
    <div className="was">
      <span className="dim">
        {localText(of?.title ?? link?.title, i18n.language) || own[key] || key}
      </span>
      {isEmpty(change.before) ? null : (
        <>
          <span>
            <span className="sr-only">{t('cards.history.before')}: </span>
            {text(of ? change.before : named(listText(change.before)))}
          </span>
          <ArrowRightOutlined className="dim" />
        </>
      )}
      <strong>
        <span className="sr-only">{t('cards.history.after')}: </span>
        {text(of ? change.after : named(listText(change.after)))}
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
  const links = useQuery<Link[], Problem>({
    queryKey: [LINKS, id],
    queryFn: () => linksOf(id).then((page) => page.items),
  });
  const titles = new Map(
    (links.data ?? []).flatMap(({ from, to }) => [from, to].map((end) => [end.id, end.title])),
  );
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
              <Was key={change.field} change={change} attributes={attributes} titles={titles} />
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
