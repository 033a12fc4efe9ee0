import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Popconfirm, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link as RouterLink } from 'react-router';
import type { Problem } from '../../../api/problem';
import { useChange } from '../../../api/query';
import {
  addLink,
  cards,
  type Link,
  linkKinds,
  linksOf,
  people,
  removeLink,
} from '../../../api/records';
import { useAll, useCan } from '../../../api/session';
import { localText } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { RecordPicker } from '../../../ui/RecordPicker';
import { useSay } from '../../../ui/say';
import { CUSTOMER, EndIcon, useKinds } from '../kinds';

export const KEY = 'links-of';

export const recordAddress = (of: string, id: string) =>
  of === CUSTOMER ? `/customers/${id}` : `/customers/cards/${of}/${id}`;

/** Kinds of links that a card of this kind may take part in, from its end. */
function useChoices(of: string) {
  const { i18n } = useTranslation();
  const kinds = useAll(linkKinds);
  const word = (text: Partial<Record<string, string>>) => localText(text, i18n.language);
  const choices = [
    ...kinds
      .filter((kind) => kind.from === of)
      .map((kind) => ({
        value: kind.key,
        label: word(kind.title),
        other: kind.to,
        side: 'to' as const,
      })),
    ...kinds
      .filter((kind) => kind.to === of)
      .map((kind) => ({
        value: `${kind.key}<`,
        label: word(kind.inverse),
        other: kind.from,
        side: 'from' as const,
      })),
  ];
  const titleOf = (link: Link, outward: boolean) => {
    const kind = kinds.find((one) => one.key === link.kind);
    if (!kind) return link.kind;
    return word(outward ? kind.title : kind.inverse) || word(kind.title);
  };
  return { choices, titleOf };
}

function Add({ of, id, onDone }: { of: string; id: string; onDone(): void }) {
  const { t } = useTranslation();
  const { choices } = useChoices(of);
  const [kind, setKind] = useState<string>();
  const [to, setTo] = useState<string>();
  const add = useChange(
    (link: { kind: string; from?: string; to?: string }) => addLink(id, link),
    [KEY, people.path, cards.path],
  );
  const choice = choices.find((one) => one.value === kind);
  const other = choice?.other;
  if (choices.length === 0) return <EmptyState text={t('cards.links.noKinds')} />;
  return (
    <form
      className="row link-add"
      onSubmit={(event) => {
        event.preventDefault();
        if (!choice || !to) return;
        const link = { kind: choice.value.replace('<', ''), [choice.side]: to };
        void add.mutateAsync(link).then(onDone, () => undefined);
      }}
    >
      <ProblemNote error={add.error} />
      <Select
        aria-label={t('cards.links.kind')}
        style={{ width: 200 }}
        placeholder={t('cards.links.kind')}
        options={choices}
        value={kind ?? null}
        onChange={(value) => {
          setKind(value);
          setTo(undefined);
        }}
      />
      {other ? (
        <RecordPicker of={other} label={t('cards.links.to')} value={to} onChange={setTo} />
      ) : null}
      <Button type="primary" htmlType="submit" disabled={!kind || !to} loading={add.isPending}>
        {t('common.save')}
      </Button>
      <Button onClick={onDone}>{t('common.cancel')}</Button>
    </form>
  );
}

/** What a record is linked to, either way, with the means to link and unlink. */
export function LinksPanel({ of, id, right }: { of: string; id: string; right: string }) {
  const { t } = useTranslation();
  const say = useSay();
  const { kinds } = useKinds();
  const { titleOf } = useChoices(of);
  const [adding, setAdding] = useState(false);
  const rights = [useCan(right) ? '' : right, useCan('card.write') ? '' : 'card.write'];
  const lacking = rights.find((one) => one);
  const may = !lacking;
  const refused = lacking ? t('common.noAccess', { operation: lacking }) : undefined;
  const links = useQuery<Link[], Problem>({
    queryKey: [KEY, id],
    queryFn: () => linksOf(id).then((page) => page.items),
  });
  const remove = useChange((link: string) => removeLink(id, link), [KEY, people.path, cards.path]);
  if (links.error) return <ProblemNote error={links.error} onRetry={() => void links.refetch()} />;
  return (
    <>
      {links.data?.length === 0 ? <p className="dim">{t('cards.links.none')}</p> : null}
      <ul className="link-list">
        {(links.data ?? []).map((link) => {
          const outward = link.from.id === id;
          const end = outward ? link.to : link.from;
          return (
            <li key={link.id} className="row">
              <span className="dim">{titleOf(link, outward)}</span>
              <RouterLink to={recordAddress(end.of, end.id)} className="grow">
                <EndIcon of={end.of} kinds={kinds} /> {end.title}
                {link.note ? <span className="dim"> ({link.note})</span> : null}
              </RouterLink>
              <Popconfirm
                title={t('cards.links.removeSure', { name: end.title })}
                okText={t('common.delete')}
                cancelText={t('common.cancel')}
                disabled={!may}
                onConfirm={() => remove.mutateAsync(link.id).catch(say.failed)}
              >
                <ReasonButton
                  type="text"
                  size="small"
                  icon={<DeleteOutlined />}
                  reason={refused}
                  aria-label={t('cards.links.remove', { name: end.title })}
                />
              </Popconfirm>
            </li>
          );
        })}
      </ul>
      {adding ? (
        <Add of={of} id={id} onDone={() => setAdding(false)} />
      ) : (
        <ReasonButton
          type="dashed"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => setAdding(true)}
        >
          {t('cards.links.add')}
        </ReasonButton>
      )}
    </>
  );
}
