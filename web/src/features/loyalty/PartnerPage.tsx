import { DownloadOutlined } from '@ant-design/icons';
import { Button, DatePicker, Form, InputNumber, Select, Table } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { url } from '../../api/http';
import {
  bonusTypes,
  partner,
  partnerStatistics,
  programmes,
  type Rate,
  type RateInput,
  rates,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { download } from '../../lib/download';
import { dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { ActionDrawer } from './member/ActionDrawer';
import { AmountField, useOne, usePoints } from './parts';

const ROUNDINGS = ['down', 'half_up', 'up'] as const;

function RateDrawer({ id, onClose }: { id: string; onClose(): void }) {
  const { t, i18n } = useTranslation();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  const code = Form.useWatch('programme');
  const programme = all.find((one) => one.code === code) ?? all[0];
  const kinds = useList(bonusTypes(programme?.id ?? ''), { limit: 100 }, Boolean(programme));
  return (
    <ActionDrawer<RateInput & { give: string; get: string }>
      title={t('loyalty.partner.newRate')}
      initial={{ rounding: 'down' } as never}
      onClose={onClose}
      send={async (values) => {
        await rates.create({
          ...values,
          programme: values.programme ?? programme?.code ?? '',
          partner_id: id,
          give: Number(values.give) as never,
          get: Number(values.get) as never,
        });
        return undefined;
      }}
    >
      {all.length > 1 ? (
        <Form.Item name="programme" label={t('loyalty.members.programme')}>
          <Select
            options={all.map((one) => ({
              value: one.code,
              label: localText(one.title, i18n.language),
            }))}
          />
        </Form.Item>
      ) : null}
      <Form.Item
        name="bonus_type"
        label={t('loyalty.field.bonusType')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select
          options={(kinds.data?.items ?? []).map((one) => ({
            value: one.code,
            label: localText(one.title, i18n.language) || one.code,
          }))}
        />
      </Form.Item>
      <div className="pair">
        <AmountField name="give" label={t('loyalty.partner.give')} />
        <AmountField name="get" label={t('loyalty.partner.get')} />
      </div>
      <Form.Item name="rounding" label={t('loyalty.partner.rounding')}>
        <Select
          options={ROUNDINGS.map((value) => ({
            value,
            label: t(`loyalty.partner.roundings.${value}`),
          }))}
        />
      </Form.Item>
      <div className="pair">
        <Form.Item name="minimum" label={t('loyalty.partner.minimum')}>
          <InputNumber min={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="maximum" label={t('loyalty.partner.maximum')}>
          <InputNumber min={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
    </ActionDrawer>
  );
}

function Rates({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const [adding, setAdding] = useState(false);
  const may = useCan('loyalty.market');
  const found = useOne(['loyalty', 'rates', id], () => rates.list({ partner_id: id, limit: 100 }));
  return (
    <section>
      <div className="row">
        <h2>{t('loyalty.partner.rates')}</h2>
        <span className="grow" />
        <ReasonButton
          reason={may ? undefined : t('common.noAccess', { operation: 'loyalty.market' })}
          onClick={() => setAdding(true)}
        >
          {t('loyalty.partner.newRate')}
        </ReasonButton>
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table<Rate>
        rowKey="id"
        size="small"
        className="panel"
        pagination={false}
        loading={found.isPending}
        dataSource={found.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={t('loyalty.partner.noRates')} /> }}
        columns={[
          {
            title: t('loyalty.field.from'),
            render: (_, row) => dateTime(row.valid_from, i18n.language),
          },
          {
            title: t('loyalty.partner.rate'),
            render: (_, row) => `${points(row.give)} ${row.bonus_type} → ${points(row.get)}`,
          },
          {
            title: t('loyalty.partner.rounding'),
            render: (_, row) => t(`loyalty.partner.roundings.${row.rounding}`),
          },
          { title: t('loyalty.partner.minimum'), render: (_, row) => points(row.minimum) },
          { title: t('loyalty.partner.maximum'), render: (_, row) => points(row.maximum) },
        ]}
      />
      {adding ? <RateDrawer id={id} onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

/** Use of the partner's services and exchange of points in a period (CIMP-PRT-04). */
function Statistics({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const points = usePoints();
  const [span, setSpan] = useState<[Dayjs, Dayjs]>(() => [dayjs().startOf('month'), dayjs()]);
  const query = {
    partner_id: id,
    from: span[0].toISOString(),
    until: span[1].endOf('day').toISOString(),
  };
  const found = useOne(['loyalty', 'partner', id, query], () => partnerStatistics(query));
  const csv = () =>
    fetch(url('/loyalty/partner-statistics', query), { headers: { Accept: 'text/csv' } })
      .then((answer) => answer.text())
      .then((text) => download('partner.csv', text, 'text/csv'), say.failed);
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
        locale={{ emptyText: <EmptyState text={t('loyalty.partner.noUse')} /> }}
        columns={[
          {
            title: t('loyalty.field.reward'),
            render: (_, row) => localText(row.title, i18n.language) || row.reward,
          },
          { title: t('loyalty.order.states.placed'), dataIndex: 'placed', align: 'right' },
          { title: t('loyalty.order.states.confirmed'), dataIndex: 'confirmed', align: 'right' },
          { title: t('loyalty.order.states.cancelled'), dataIndex: 'cancelled', align: 'right' },
          { title: t('loyalty.nav.members'), dataIndex: 'members', align: 'right' },
          {
            title: t('loyalty.partner.spent'),
            align: 'right',
            render: (_, row) => `${points(row.spent)} ${row.bonus_type ?? ''}`,
          },
        ]}
      />
      {(found.data?.conversions ?? []).map((sum) => (
        <p key={sum.bonus_type + sum.currency}>
          {t('loyalty.partner.conversions', {
            count: sum.count,
            members: sum.members,
            given: `${points(sum.given)} ${sum.bonus_type}`,
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
          />
          <Rates id={id} />
          <Statistics id={id} />
        </>
      ) : null}
    </div>
  );
}
