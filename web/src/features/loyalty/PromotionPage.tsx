import { Descriptions, Popconfirm, Table, Tag } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import {
  lead,
  type Offer,
  offers,
  type Promotion,
  type PromotionAct,
  promotion,
  promotionStatistics,
  refreshLoyalty,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { count, dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { Coupons, Drawing } from './PromotionParts';
import { PromotionTerms } from './PromotionTerms';
import { STATUS_COLOURS } from './PromotionsPage';
import { useBonusTypes, useOne } from './parts';

/** What may be done where a promotion stands (CIMP-ST-04). */
const ACTS: Record<Promotion['status'], PromotionAct[]> = {
  draft: ['launch', 'delete'],
  running: ['suspend', 'complete'],
  suspended: ['resume', 'complete'],
  completed: ['archive'],
  archived: [],
  deleted: [],
};

function Acts({ one }: { one: Promotion }) {
  const { t } = useTranslation();
  const say = useSay();
  const market = useCan('loyalty.market');
  const serve = useCan('loyalty.serve');
  const refused =
    market || serve ? undefined : t('common.noAccess', { operation: 'loyalty.market' });
  const run = (act: PromotionAct) =>
    lead(one.id, act).then(async () => {
      say.done(t('loyalty.member.done'));
      await refreshLoyalty();
    }, say.failed);
  return ACTS[one.status].map((act, place) =>
    act === 'complete' || act === 'delete' ? (
      <Popconfirm
        key={act}
        title={t(`loyalty.promotion.sure.${act}`)}
        okText={t(`loyalty.promotion.acts.${act}`)}
        cancelText={t('common.close')}
        okButtonProps={{ danger: true }}
        disabled={Boolean(refused)}
        onConfirm={() => run(act)}
      >
        <ReasonButton danger reason={refused}>
          {t(`loyalty.promotion.acts.${act}`)}
        </ReasonButton>
      </Popconfirm>
    ) : (
      <ReasonButton
        key={act}
        type={place === 0 ? 'primary' : 'default'}
        reason={refused}
        onClick={() => void run(act)}
      >
        {t(`loyalty.promotion.acts.${act}`)}
      </ReasonButton>
    ),
  );
}

/** How often offers are read again: a promotion that was just launched makes them by and by. */
const EVERY_MS = 3_000;

const REWARDS = ['points', 'coupon', 'item', 'prize'] as const;
const isReward = (kind: string): kind is (typeof REWARDS)[number] =>
  (REWARDS as readonly string[]).includes(kind);
const rewardWord = (kind: string, t: TFunction) =>
  isReward(kind) ? t(`loyalty.promotion.rewards.${kind}`) : kind;

function Figures({ id, running }: { id: string; running: boolean }) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  const found = useOne(
    ['loyalty', 'promotion', id, 'statistics'],
    () => promotionStatistics(id),
    true,
    () => (running ? EVERY_MS : 0),
  );
  const of = found.data;
  if (!of) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  const keys = ['offers', 'open', 'activated', 'closed', 'expired', 'coupons', 'redeemed'] as const;
  return (
    <section className="panel padded">
      <Descriptions
        size="small"
        column={{ xs: 2, md: 4 }}
        items={[
          ...keys.map((key) => ({
            key,
            label: t(`loyalty.promotion.figures.${key}`),
            children: count(of[key], i18n.language),
          })),
          ...of.rewards.map((sum) => ({
            key: `${sum.kind}${sum.bonus_type ?? ''}`,
            label: `${t('loyalty.promotion.given')}: ${rewardWord(sum.kind, t)}`,
            children: `${count(sum.count, i18n.language)}${
              sum.amount === null || sum.amount === undefined
                ? ''
                : ` (${bonus.amount(sum.amount, sum.bonus_type)})`
            }`,
          })),
        ]}
      />
    </section>
  );
}

function Offers({ id, running }: { id: string; running: boolean }) {
  const { t, i18n } = useTranslation();
  const cursors = useCursors();
  const list = useList(
    offers,
    {
      promotion_id: id,
      limit: 50,
      ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
    },
    true,
    running && EVERY_MS,
  );
  return (
    <section>
      <h2>{t('loyalty.promotion.offers')}</h2>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Offer>
        rowKey="id"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.promotion.noOffers')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.member'),
            render: (_, row) => (
              <Link to={`/loyalty/members/${row.account_id}`}>{row.account}</Link>
            ),
          },
          {
            title: t('loyalty.field.state'),
            render: (_, row) => <Tag>{t(`loyalty.promotion.offerStates.${row.state}`)}</Tag>,
          },
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.activated_at ?? row.made_at, i18n.language),
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </section>
  );
}

export default function PromotionPage() {
  const { t, i18n } = useTranslation();
  const { id = '' } = useParams();
  const found = useOne(['loyalty', 'promotion', id], () => promotion(id));
  const one = found.data;
  return (
    <div className="page" aria-busy={found.isPending}>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {one ? (
        <>
          <PageHead
            title={localText(one.title, i18n.language) || one.code}
            note={[
              t(`loyalty.promotion.kinds.${one.kind}`),
              one.starts_at
                ? `${t('loyalty.field.from')} ${dateTime(one.starts_at, i18n.language)}`
                : '',
              one.ends_at ? `${t('loyalty.field.to')} ${dateTime(one.ends_at, i18n.language)}` : '',
            ]
              .filter(Boolean)
              .join(' · ')}
          >
            <Tag color={STATUS_COLOURS[one.status]}>
              {t(`loyalty.promotion.statuses.${one.status}`)}
            </Tag>
            <Acts one={one} />
          </PageHead>
          {localText(one.description, i18n.language) ? (
            <p>{localText(one.description, i18n.language)}</p>
          ) : null}
          <PromotionTerms of={one} />
          <Figures id={id} running={one.status === 'running'} />
          {one.kind === 'coupons' ? <Coupons id={id} /> : null}
          {one.kind === 'contest' && (one.status === 'completed' || one.status === 'archived') ? (
            <Drawing id={id} />
          ) : null}
          <Offers id={id} running={one.status === 'running'} />
        </>
      ) : null}
    </div>
  );
}
