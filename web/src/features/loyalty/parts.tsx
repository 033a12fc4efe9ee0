import { useQuery } from '@tanstack/react-query';
import { Form, InputNumber, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { type MasterKind, masters, type ReasonArea } from '../../api/loyalty';
import type { Problem } from '../../api/problem';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';

const COLOURS = { notenrolled: 'default', enrolled: 'success', cancelled: 'error' } as const;
type Status = keyof typeof COLOURS;

export function StatusTag({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Tag color={COLOURS[status]}>{t(`loyalty.status.${status}`)}</Tag>;
}

/** An amount of points in the person's way of writing numbers. */
export function usePoints() {
  const { i18n } = useTranslation();
  const format = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 6 });
  return (amount: number | null | undefined) =>
    amount === null || amount === undefined ? '—' : format.format(amount);
}

/** With its sign: what was added or taken. */
export function Change({ amount }: { amount: number }) {
  const points = usePoints();
  return (
    <span className={amount < 0 ? 'points-down' : 'points-up'}>
      {amount > 0 ? '+' : ''}
      {points(amount)}
    </span>
  );
}

/** Entries of a reference list in use, as choices by code. */
export function useMasterOptions(kind: MasterKind, query: Record<string, string> = {}) {
  const { i18n } = useTranslation();
  const list = useList(masters(kind), { limit: 200, active: true, ...query });
  return (list.data?.items ?? []).map((one) => ({
    value: one.code,
    label: localText(one.title, i18n.language) || one.code,
  }));
}

export function MasterField({
  kind,
  name,
  label,
  optional,
  query,
}: {
  kind: MasterKind;
  name: string;
  label: string;
  optional?: boolean;
  query?: Record<string, string>;
}) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      rules={optional ? [] : [{ required: true, message: t('common.required') }]}
    >
      <Select
        allowClear={Boolean(optional)}
        showSearch={{ optionFilterProp: 'label' }}
        options={useMasterOptions(kind, query)}
      />
    </Form.Item>
  );
}

/** A reason that is valid for the operation. */
export function ReasonField({ area, optional }: { area: ReasonArea; optional?: boolean }) {
  const { t } = useTranslation();
  return (
    <MasterField
      kind="reason"
      name="reason"
      label={t('loyalty.field.reason')}
      query={{ area }}
      {...(optional ? { optional } : {})}
    />
  );
}

export function AmountField({ name, label }: { name: string; label: string }) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      rules={[{ required: true, message: t('common.required') }]}
    >
      <InputNumber min={0} style={{ width: '100%' }} stringMode />
    </Form.Item>
  );
}

/** One thing of the server that belongs to this page; the key tells what makes it old. */
export function useOne<T>(key: unknown[], load: () => Promise<T>, enabled = true) {
  return useQuery<T, Problem>({ queryKey: key, queryFn: load, enabled });
}
