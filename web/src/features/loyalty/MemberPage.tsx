import { DownOutlined } from '@ant-design/icons';
import { Button, Descriptions, Dropdown, Modal, Table, Tabs, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { enrol, granted, type Profile, profile, switchOff } from '../../api/loyalty';
import { queryClient } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime, localText, phone } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import {
  AdjustDrawer,
  AwardDrawer,
  ConvertDrawer,
  OrderDrawer,
  ReturnDrawer,
  ServiceDrawer,
} from './member/actions';
import { BalancePanel } from './member/BalancePanel';
import { HistoryPanel } from './member/HistoryPanel';
import { ServicesPanel } from './member/ServicesPanel';
import { OrdersTable } from './OrdersTable';
import { StatusTag, useOne, usePoints } from './parts';
import './loyalty.css';

type Act = 'award' | 'adjust' | 'returnGoods' | 'order' | 'convert' | 'connect';
const DRAWERS = {
  award: AwardDrawer,
  adjust: AdjustDrawer,
  returnGoods: ReturnDrawer,
  order: OrderDrawer,
  convert: ConvertDrawer,
  connect: ServiceDrawer,
} as const;

function ProfilePanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const who = member.participant;
  const date = (at: string | null | undefined) => (at ? dateTime(at, i18n.language) : '—');
  return (
    <section className="panel">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'name', label: t('loyalty.members.name'), children: who?.name ?? '—' },
          { key: 'phone', label: t('loyalty.members.phone'), children: phone(who?.phone) },
          { key: 'email', label: t('loyalty.members.email'), children: who?.email ?? '—' },
          { key: 'birth', label: t('loyalty.members.birthDate'), children: who?.birth_date ?? '—' },
          { key: 'address', label: t('loyalty.members.address'), children: who?.address ?? '—' },
          {
            key: 'macroregion',
            label: t('loyalty.members.macroregion'),
            children: member.macroregion ?? '—',
          },
          { key: 'region', label: t('loyalty.members.region'), children: member.region ?? '—' },
          {
            key: 'programme',
            label: t('loyalty.members.programme'),
            children: member.programme,
          },
          {
            key: 'registered',
            label: t('loyalty.members.registered'),
            children: date(member.registered_at),
          },
          {
            key: 'tier',
            label: t('loyalty.members.tier'),
            children: member.tier
              ? `${localText(member.tier.title, i18n.language)}, ${t('loyalty.member.tierGives', {
                  discount: member.tier.discount_percent,
                  multiplier: member.tier.multiplier,
                })}`
              : '—',
          },
        ]}
      />
      {who ? (
        <Link to={`/customers/${who.customer_id}`}>{t('loyalty.member.customerCard')}</Link>
      ) : null}
    </section>
  );
}

/** What promotions gave (CIMP-SPV-03). */
function GrantedPanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const found = useOne(['loyalty', 'granted', member.id], () => granted(member.id));
  return (
    <>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table
        rowKey="key"
        size="small"
        className="panel"
        loading={found.isPending}
        pagination={false}
        dataSource={found.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={t('loyalty.member.noGranted')} /> }}
        columns={[
          { title: t('loyalty.field.when'), render: (_, row) => dateTime(row.at, i18n.language) },
          {
            title: t('loyalty.promotion.one'),
            render: (_, row) => (
              <Link to={`/loyalty/promotions/${row.promotion_id}`}>
                {localText(row.promotion_title, i18n.language) || row.promotion}
              </Link>
            ),
          },
          {
            title: t('loyalty.field.what'),
            render: (_, row) =>
              row.amount !== null && row.amount !== undefined
                ? `+${points(row.amount)} ${row.bonus_type ?? ''}`
                : row.last_four
                  ? `${t('loyalty.promotion.coupon')} …${row.last_four}`
                  : row.title
                    ? localText(row.title, i18n.language)
                    : row.kind,
          },
        ]}
      />
    </>
  );
}

function Actions({ member }: { member: Profile }) {
  const { t } = useTranslation();
  const say = useSay();
  const [modal, holder] = Modal.useModal();
  const [act, setAct] = useState<Act>();
  const may = useCan('loyalty.serve');
  const refused = !may
    ? t('common.noAccess', { operation: 'loyalty.serve' })
    : member.status === 'cancelled'
      ? t('loyalty.status.cancelled')
      : undefined;
  const Chosen = act ? DRAWERS[act] : undefined;
  const run = (what: Promise<unknown>) =>
    what.then(async () => {
      say.done(t('loyalty.member.done'));
      await queryClient.invalidateQueries({ queryKey: ['loyalty'] });
    }, say.failed);
  if (member.status === 'notenrolled')
    return (
      <ReasonButton type="primary" reason={refused} onClick={() => void run(enrol(member.id))}>
        {t('loyalty.member.enrol')}
      </ReasonButton>
    );
  return (
    <>
      {holder}
      <ReasonButton type="primary" reason={refused} onClick={() => setAct('award')}>
        {t('loyalty.member.award')}
      </ReasonButton>
      <ReasonButton reason={refused} onClick={() => setAct('order')}>
        {t('loyalty.member.order')}
      </ReasonButton>
      <Dropdown
        disabled={Boolean(refused)}
        menu={{
          items: [
            ...(['adjust', 'returnGoods', 'convert', 'connect'] as const).map((key) => ({
              key,
              label: t(`loyalty.member.${key}`),
            })),
            { type: 'divider' as const },
            { key: 'off', danger: true, label: t('loyalty.member.switchOff') },
          ],
          onClick: ({ key }) => {
            if (key !== 'off') return setAct(key as Act);
            void modal.confirm({
              title: t('loyalty.member.switchOffSure'),
              okText: t('loyalty.member.switchOff'),
              cancelText: t('common.cancel'),
              okButtonProps: { danger: true },
              onOk: () => run(switchOff(member.id, '')),
            });
          },
        }}
      >
        <Button icon={<DownOutlined />} iconPlacement="end">
          {t('common.actions')}
        </Button>
      </Dropdown>
      {Chosen ? <Chosen member={member} onClose={() => setAct(undefined)} /> : null}
    </>
  );
}

/** One member: what they have, what they use, what happened, and what may be done for them (CIMP-ACC-03). */
export default function MemberPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { id = '', tab = 'balance' } = useParams();
  const found = useOne(['loyalty', 'member', id], () => profile(id));
  const member = found.data;
  if (!member)
    return (
      <div className="page" aria-busy={found.isPending}>
        <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      </div>
    );
  const tabs = {
    balance: <BalancePanel member={member} />,
    services: <ServicesPanel member={member} />,
    history: <HistoryPanel member={member} />,
    orders: <OrdersTable query={{ account: member.id }} />,
    rewards: <GrantedPanel member={member} />,
    profile: <ProfilePanel member={member} />,
  };
  return (
    <div className="page">
      <PageHead
        title={member.participant?.name ?? member.number}
        note={`${t('loyalty.members.number')} ${member.number}`}
      >
        <StatusTag status={member.status} />
        {member.tier ? <Tag color="gold">{localText(member.tier.title, i18n.language)}</Tag> : null}
        <Actions member={member} />
      </PageHead>
      <Tabs
        activeKey={tab}
        onChange={(key) => void navigate(`/loyalty/members/${id}/${key}`, { replace: true })}
        items={(Object.keys(tabs) as (keyof typeof tabs)[]).map((key) => ({
          key,
          label: t(`loyalty.member.${key}`),
          children: tabs[key],
        }))}
      />
    </div>
  );
}
