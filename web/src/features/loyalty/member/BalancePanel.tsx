import { Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Profile } from '../../../api/loyalty';
import { dateTime, lastDay, localText } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { usePoints } from '../parts';

/** Balances by bonus type, and by lot what expires when: the next first, as it will be spent. */
export function BalancePanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const lots = member.balances.flatMap((one) =>
    one.lots.map((lot, place) => ({ ...lot, title: one.title, key: `${one.bonus_type} ${place}` })),
  );
  return (
    <>
      <div className="points-cards">
        {member.balances.map((one) => (
          <section className="panel points-card" key={one.bonus_type}>
            <h2>{localText(one.title, i18n.language) || one.bonus_type}</h2>
            <strong>{points(one.available)}</strong>
            <small>{t('loyalty.member.available')}</small>
            {one.held > 0 ? (
              <small>
                {t('loyalty.member.held')}: {points(one.held)}
              </small>
            ) : null}
            {one.pending > 0 ? (
              <small>
                {t('loyalty.member.pending')}: {points(one.pending)}
              </small>
            ) : null}
            {one.debt > 0 ? (
              <small className="points-down">
                {t('loyalty.member.debt')}: {points(one.debt)}
              </small>
            ) : null}
          </section>
        ))}
      </div>
      <h2>{t('loyalty.member.lots')}</h2>
      <Table
        rowKey="key"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        pagination={lots.length > 50 ? { pageSize: 50 } : false}
        dataSource={lots}
        locale={{ emptyText: <EmptyState text={t('loyalty.member.noLots')} /> }}
        columns={[
          {
            title: t('loyalty.field.bonusType'),
            render: (_, lot) => localText(lot.title, i18n.language),
          },
          {
            title: t('loyalty.member.lotRemaining'),
            align: 'right',
            render: (_, lot) => points(lot.remaining),
          },
          {
            title: t('loyalty.member.lotAmount'),
            align: 'right',
            render: (_, lot) => points(lot.amount),
          },
          {
            title: t('loyalty.member.held'),
            align: 'right',
            render: (_, lot) => (lot.held > 0 ? points(lot.held) : '—'),
          },
          {
            title: t('loyalty.member.activeFrom'),
            render: (_, lot) => dateTime(lot.active_from, i18n.language),
          },
          {
            title: t('loyalty.member.expires'),
            render: (_, lot) =>
              lot.expires_at ? lastDay(lot.expires_at, i18n.language) : t('loyalty.member.never'),
          },
        ]}
      />
    </>
  );
}
