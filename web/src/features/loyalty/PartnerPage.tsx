import { DownloadOutlined } from '@ant-design/icons';
import { Button, DatePicker, Table } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { url } from '../../api/http';
import { partner, partnerStatistics } from '../../api/loyalty';
import { Problem } from '../../api/problem';
import { download } from '../../lib/download';
import { localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { useSay } from '../../ui/say';
import { ActiveTag, useBonusTypes, useOne, usePoints } from './parts';
import { Rates } from './Rates';
import { Rewards } from './RewardsPage';

/** Use of the partner's services and exchange of points in a period (CIMP-PRT-04). */
function Statistics({ id, code }: { id: string; code: string }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const points = usePoints();
  const bonus = useBonusTypes();
  const [span, setSpan] = useState<[Dayjs, Dayjs]>(() => [dayjs().startOf('month'), dayjs()]);
  const query = {
    partner_id: id,
    from: span[0].toISOString(),
    until: span[1].endOf('day').toISOString(),
  };
  const found = useOne(['loyalty', 'partner', id, query], () => partnerStatistics(query));
  const csv = () =>
    fetch(url('/loyalty/partner-statistics', query), { headers: { Accept: 'text/csv' } })
      .then(async (answer) => {
        if (!answer.ok) throw new Problem(await answer.json().catch(() => ({})), answer.status);
        download(`${code}.csv`, await answer.text(), 'text/csv');
      })
      .catch(say.failed);
  return (
    <section>
      <div className="row filters wrap">
        <h2>{t('loyalty.nav.statistics')}</h2>
        <DatePicker.RangePicker
          value={span}
          allowClear={false}
          onChange={(next) => next?.[0] && next[1] && setSpan([next[0].startOf('day'), next[1]])}
        />
        <span className="grow" />
        <Button icon={<DownloadOutlined />} onClick={() => void csv()}>
          {t('cards.customers.csv')}
        </Button>
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table
        rowKey={(row) => row.reward + (row.bonus_type ?? '')}
        size="small"
        className="panel"
        pagination={false}
        loading={found.isPending}
        dataSource={found.data?.services ?? []}
        locale={{
          emptyText: <EmptyState waiting={found.isPending} text={t('loyalty.partner.noUse')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.reward'),
            render: (_, row) => localText(row.title, i18n.language) || row.reward,
          },
          { title: t('loyalty.partner.placed'), dataIndex: 'placed', align: 'right' },
          { title: t('loyalty.partner.confirmed'), dataIndex: 'confirmed', align: 'right' },
          { title: t('loyalty.partner.cancelled'), dataIndex: 'cancelled', align: 'right' },
          { title: t('loyalty.nav.members'), dataIndex: 'members', align: 'right' },
          {
            title: t('loyalty.partner.spent'),
            align: 'right',
            render: (_, row) => bonus.amount(row.spent, row.bonus_type),
          },
        ]}
      />
      {(found.data?.conversions ?? []).map((sum) => (
        <p key={sum.bonus_type + sum.currency}>
          {t('loyalty.partner.conversions', {
            count: sum.count,
            members: sum.members,
            given: bonus.amount(sum.given, sum.bonus_type),
            got: `${points(sum.got)} ${sum.currency}`,
          })}
        </p>
      ))}
    </section>
  );
}

export default function PartnerPage() {
  const { t, i18n } = useTranslation();
  const { id = '' } = useParams();
  const found = useOne(['loyalty', 'partner', id], () => partner(id));
  const one = found.data;
  return (
    <div className="page" aria-busy={found.isPending}>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {one ? (
        <>
          <PageHead
            title={localText(one.title, i18n.language) || one.code}
            note={
              one.currency ? `${t('loyalty.partner.currency')}: ${one.currency.code}` : one.code
            }
          >
            <ActiveTag active={one.active} />
          </PageHead>
          {one.currency ? <Rates id={id} currency={one.currency.code} /> : null}
          <Rewards partner={id} />
          <Statistics id={id} code={one.code} />
        </>
      ) : null}
    </div>
  );
}
