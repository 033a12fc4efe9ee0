import { Input, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  activateOffer,
  coupons,
  type Granted,
  granted,
  offers,
  type Profile,
  redeem,
  refreshLoyalty,
} from '../../../api/loyalty';
import { useList } from '../../../api/query';
import { useCan } from '../../../api/session';
import { dateTime, localText } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { useBonusTypes, useOne } from '../parts';

function useServing(member: Profile) {
  const { t } = useTranslation();
  const may = useCan('loyalty.serve');
  if (!may) return t('common.noAccess', { operation: 'loyalty.serve' });
  return member.status === 'enrolled' ? undefined : t(`loyalty.status.${member.status}`);
}

/** Offers to this member; an open one is activated here at the member's wish (CIMP-SPV-05). */
function Offers({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const refused = useServing(member);
  const list = useList(offers, { account: member.id, limit: 100 });
  return (
    <>
      <h2>{t('loyalty.promotion.offers')}</h2>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table
        rowKey="id"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.member.noOffers')} />,
        }}
        columns={[
          {
            title: t('loyalty.promotion.one'),
            render: (_, row) => (
              <Link to={`/loyalty/promotions/${row.promotion_id}`}>
                {localText(row.promotion_title, i18n.language) || row.promotion}
              </Link>
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
          {
            title: t('loyalty.field.to'),
            render: (_, row) => dateTime(row.expires_at, i18n.language),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, row) =>
              row.state === 'open' ? (
                <ReasonButton
                  size="small"
                  reason={refused}
                  onClick={() =>
                    void activateOffer(row.id).then(async () => {
                      say.done(t('loyalty.member.done'));
                      await refreshLoyalty();
                    }, say.failed)
                  }
                >
                  {t('loyalty.promotion.activate')}
                </ReasonButton>
              ) : null,
          },
        ]}
      />
    </>
  );
}

/** A code that the member shows, and the coupons that belong to the member. */
function Coupons({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const refused = useServing(member);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const found = useOne(['loyalty', 'coupons', member.id], () => coupons(member.id));
  const send = () => {
    if (!code.trim()) return;
    setBusy(true);
    void redeem(member.id, code.trim())
      .then(async () => {
        say.done(t('loyalty.promotion.redeemed'));
        setCode('');
        await refreshLoyalty();
      }, say.failed)
      .finally(() => setBusy(false));
  };
  return (
    <>
      <div className="row filters wrap">
        <h2>{t('loyalty.promotion.coupons')}</h2>
        <span className="grow" />
        <Input
          style={{ width: 220 }}
          value={code}
          autoComplete="off"
          spellCheck={false}
          aria-label={t('loyalty.promotion.code')}
          placeholder={t('loyalty.promotion.code')}
          onChange={(event) => setCode(event.target.value)}
          onPressEnter={send}
        />
        <ReasonButton reason={refused} loading={busy} onClick={send}>
          {t('loyalty.promotion.redeem')}
        </ReasonButton>
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {(found.data?.items ?? []).length > 0 ? (
        <Table
          rowKey="id"
          size="small"
          className="panel"
          pagination={false}
          dataSource={found.data?.items ?? []}
          columns={[
            { title: t('loyalty.promotion.coupon'), render: (_, row) => `…${row.last_four}` },
            {
              title: t('loyalty.promotion.uses'),
              render: (_, row) => `${row.uses} / ${row.uses_max}`,
            },
            {
              title: t('loyalty.field.to'),
              render: (_, row) =>
                row.voided_at
                  ? t('loyalty.promotion.void')
                  : row.expires_at
                    ? dateTime(row.expires_at, i18n.language)
                    : t('loyalty.field.noLimit'),
            },
          ]}
        />
      ) : null}
    </>
  );
}

/** What promotions gave (CIMP-SPV-03). */
function GrantedRewards({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  const found = useOne(['loyalty', 'granted', member.id], () => granted(member.id));
  const what = (row: Granted) => {
    if (row.amount !== null && row.amount !== undefined)
      return `+${bonus.amount(row.amount, row.bonus_type)}`;
    if (row.last_four) return `${t('loyalty.promotion.coupon')} …${row.last_four}`;
    return row.title ? localText(row.title, i18n.language) : row.kind;
  };
  return (
    <>
      <h2>{t('loyalty.promotion.given')}</h2>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table
        rowKey="key"
        size="small"
        className="panel"
        loading={found.isPending}
        pagination={false}
        dataSource={found.data?.items ?? []}
        locale={{
          emptyText: <EmptyState waiting={found.isPending} text={t('loyalty.member.noGranted')} />,
        }}
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
          { title: t('loyalty.field.what'), render: (_, row) => what(row) },
        ]}
      />
    </>
  );
}

/** What promotions offer, ask for and gave. */
export function PromotionsPanel({ member }: { member: Profile }) {
  return (
    <>
      <Offers member={member} />
      <Coupons member={member} />
      <GrantedRewards member={member} />
    </>
  );
}
