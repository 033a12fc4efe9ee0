import { DatePicker, Form, InputNumber, Select, Table } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bonusTypes, programmes, type Rate, type RateInput, rates } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { ActionDrawer } from './member/ActionDrawer';
import { AmountField, useBonusTypes, useOne, usePoints } from './parts';

const ROUNDINGS = ['down', 'half_up', 'up'] as const;

interface Values extends Omit<RateInput, 'give' | 'get'> {
  give: string;
  get: string;
  from?: Dayjs | null;
}

function RateDrawer({ id, onClose }: { id: string; onClose(): void }) {
  const { t, i18n } = useTranslation();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  const [form] = Form.useForm<Values>();
  const code = Form.useWatch('programme', form);
  const programme = all.find((one) => one.code === code) ?? all[0];
  const kinds = useList(bonusTypes(programme?.id ?? ''), { limit: 100 }, Boolean(programme));
  return (
    <ActionDrawer<Values>
      form={form}
      title={t('loyalty.partner.newRate')}
      initial={{ rounding: 'down' } as never}
      onClose={onClose}
      send={async ({ from, ...values }) => {
        await rates.create({
          ...values,
          valid_from: from?.toISOString() ?? null,
          programme: values.programme ?? programme?.code ?? '',
          partner_id: id,
          give: Number(values.give) as never,
          get: Number(values.get) as never,
        });
        return undefined;
      }}
    >
      {all.length > 1 ? (
        <Form.Item
          name="programme"
          label={t('loyalty.members.programme')}
          rules={[{ required: true, message: t('common.required') }]}
        >
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
      <Form.Item name="rounding" label={t('loyalty.partner.rounding')} required>
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
      <Form.Item name="from" label={t('loyalty.field.from')} extra={t('loyalty.partner.fromHint')}>
        <DatePicker showTime={{ format: 'HH:mm' }} style={{ width: '100%' }} />
      </Form.Item>
    </ActionDrawer>
  );
}

/** What our points are worth in those of the partner; a rate is added and never changed (CIMP-PRT-03). */
export function Rates({ id, currency }: { id: string; currency: string }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const bonus = useBonusTypes();
  const [adding, setAdding] = useState(false);
  const may = useCan('loyalty.market');
  const found = useOne(['loyalty', 'rates', id], () => rates.list({ partner_id: id, limit: 100 }));
  const list = (found.data?.items ?? []).toSorted((a, b) =>
    b.valid_from.localeCompare(a.valid_from),
  );
  return (
    <section>
      <div className="row filters wrap">
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
        dataSource={list}
        locale={{
          emptyText: <EmptyState waiting={found.isPending} text={t('loyalty.partner.noRates')} />,
        }}
        columns={[
          {
            title: t('loyalty.field.from'),
            render: (_, row) => dateTime(row.valid_from, i18n.language),
          },
          {
            title: t('loyalty.partner.rate'),
            render: (_, row) =>
              `${bonus.amount(row.give, row.bonus_type)} → ${points(row.get)} ${row.money ?? currency}`,
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
