import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown, Modal, Tabs, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { enrol, type Profile, profile, refreshLoyalty, switchOff } from '../../api/loyalty';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { AdjustDrawer, AwardDrawer, ReturnDrawer, ServiceDrawer } from './member/actions';
import { BalancePanel } from './member/BalancePanel';
import { HistoryPanel } from './member/HistoryPanel';
import { ProfilePanel } from './member/ProfilePanel';
import { PromotionsPanel } from './member/PromotionsPanel';
import { ServicesPanel } from './member/ServicesPanel';
import { ConvertDrawer, OrderDrawer } from './member/spending';
import { OrdersTable } from './OrdersTable';
import { StatusTag, useOne } from './parts';

type Act = 'award' | 'adjust' | 'returnGoods' | 'order' | 'convert' | 'connect';
const DRAWERS = {
  award: AwardDrawer,
  adjust: AdjustDrawer,
  returnGoods: ReturnDrawer,
  order: OrderDrawer,
  convert: ConvertDrawer,
  connect: ServiceDrawer,
} as const;
const actOf = (name: string | null) => (Object.keys(DRAWERS) as Act[]).find((act) => act === name);

function Actions({ member }: { member: Profile }) {
  const { t } = useTranslation();
  const say = useSay();
  const [modal, holder] = Modal.useModal();
  // The desk opens an operation by the address.
  const [params, setParams] = useSearchParams();
  const [act, open] = useState<Act | undefined>(() => actOf(params.get('act')));
  const setAct = (next: Act | undefined) => {
    open(next);
    if (params.has('act')) setParams({}, { replace: true });
  };
  const may = useCan('loyalty.serve');
  const refused = !may
    ? t('common.noAccess', { operation: 'loyalty.serve' })
    : member.status === 'cancelled'
      ? t('loyalty.status.cancelled')
      : undefined;
  const Chosen = act && !refused ? DRAWERS[act] : undefined;
  const run = (what: Promise<unknown>) =>
    what.then(async () => {
      say.done(t('loyalty.member.done'));
      await refreshLoyalty();
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
        trigger={['click']}
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
    rewards: <PromotionsPanel member={member} />,
    profile: <ProfilePanel member={member} />,
  };
  return (
    <div className="page">
      <PageHead
        title={member.participant?.name ?? member.number}
        note={`${t('loyalty.members.number')} ${member.number}`}
      >
        <StatusTag status={member.status} />
        {member.tier ? <Tag>{localText(member.tier.title, i18n.language)}</Tag> : null}
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
