import { DeleteOutlined, EditOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Popconfirm, Tabs } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { type Card, type CardKind, cards, useAttributes } from '../../api/records';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { EditDrawer } from '../../ui/crud/EditDrawer';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { KindIcon, useKinds } from './kinds';
import { AttributesPanel } from './record/AttributesPanel';
import { useCardSpec } from './record/cardSpec';
import { HistoryPanel } from './record/HistoryPanel';
import { LinksPanel } from './record/LinksPanel';

function Shown({ card, kind }: { card: Card; kind: CardKind }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const attributes = useAttributes(kind.key);
  const spec = useCardSpec(kind);
  const may = useCan('card.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'card.write' });
  const list = `/customers/cards/${kind.key}`;
  const remove = useChange(() => cards.remove(card.id), [cards.path]);
  return (
    <div className="page">
      <PageHead title={card.title || localText(kind.title, i18n.language)}>
        <Link to={list}>
          <KindIcon icon={kind.icon} />{' '}
          {t('cards.card.all', { kind: localText(kind.plural, i18n.language) })}
        </Link>
        <Popconfirm
          title={t('cards.card.removeSure', { name: card.title })}
          okText={t('common.delete')}
          cancelText={t('common.cancel')}
          okButtonProps={{ danger: true }}
          disabled={!may}
          onConfirm={() =>
            remove.mutateAsync(undefined).then(() => void navigate(list), say.failed)
          }
        >
          <ReasonButton danger icon={<DeleteOutlined />} reason={refused}>
            {t('common.delete')}
          </ReasonButton>
        </Popconfirm>
        <ReasonButton
          type="primary"
          icon={<EditOutlined />}
          reason={refused}
          onClick={() => setEditing(true)}
        >
          {t('cards.page.edit')}
        </ReasonButton>
      </PageHead>
      <div className="record">
        <section className="panel" aria-label={t('cards.page.attributes')}>
          <h2>{t('cards.page.attributes')}</h2>
          <AttributesPanel attributes={attributes} values={card.attributes} />
        </section>
        <section className="panel">
          <Tabs
            destroyOnHidden
            items={[
              {
                key: 'links',
                label: t('cards.page.links'),
                children: <LinksPanel of={kind.key} id={card.id} right="card.write" />,
              },
              {
                key: 'history',
                label: t('cards.page.history'),
                children: <HistoryPanel path={cards.path} id={card.id} attributes={attributes} />,
              },
            ]}
          />
        </section>
      </div>
      {editing ? (
        <EditDrawer spec={spec} item={card} refused={refused} onClose={() => setEditing(false)} />
      ) : null}
    </div>
  );
}

/** One card with its links and its history. */
export default function CardPage() {
  const { id = '', kind: key = '' } = useParams();
  const { kinds } = useKinds();
  const kind = kinds.find((one) => one.key === key);
  const card = useQuery<Card, Problem>({
    queryKey: [cards.path, id],
    queryFn: () => cards.one(id),
  });
  if (card.data && kind) return <Shown key={id} card={card.data} kind={kind} />;
  return (
    <div className="page" aria-busy={card.isPending}>
      <ProblemNote error={card.error} onRetry={() => void card.refetch()} />
    </div>
  );
}
