import { useQueries, useQuery } from '@tanstack/react-query';
import { Form, InputNumber, Select, Tag } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import {
  bonusTypes,
  type MasterKind,
  masters,
  programmes,
  type ReasonArea,
} from '../../api/loyalty';
import type { Problem } from '../../api/problem';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { counted } from '../../lib/counted';
import { localText, points as pointsText } from '../../lib/format';
import { TextField } from '../../ui/crud/fields';
import { NameFollows } from '../../ui/NameFollows';
import { MasterSelect } from './MasterSelect';
import './loyalty.css';

const COLOURS = { notenrolled: 'default', enrolled: 'success', cancelled: 'error' } as const;
type Status = keyof typeof COLOURS;

export function StatusTag({ status }: { status: Status }) {
  const { t } = useTranslation();
  return <Tag color={COLOURS[status]}>{t(`loyalty.status.${status}`)}</Tag>;
}

/** An amount of points in the person's way of writing numbers. */
export function usePoints() {
  const { i18n } = useTranslation();
  return (amount: number | null | undefined) =>
    amount === null || amount === undefined ? '—' : pointsText(amount, i18n.language);
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
  const may = useCan('loyalty.read');
  const list = useList(masters(kind), { limit: 500, active: true, ...query }, may);
  return (list.data?.items ?? []).map((one) => ({
    value: one.code,
    label: localText(one.title, i18n.language) || one.code,
  }));
}

/** The title of an entry of a reference list, also of one that is switched off; the code itself where it has none. */
export function useMasterNames(kind: MasterKind) {
  const { i18n } = useTranslation();
  const may = useCan('loyalty.read');
  const list = useList(masters(kind), { limit: 500 }, may);
  const titles = new Map(list.data?.items.map((one) => [one.code, one.title]));
  return (code: string | null | undefined) =>
    code ? localText(titles.get(code), i18n.language) || code : '—';
}

/** The kinds of points of all programmes, and how one is called. */
export function useBonusTypes() {
  const { i18n } = useTranslation();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  const found = useQueries({
    queries: all.map(({ id }) => ({
      queryKey: [bonusTypes(id).path, { limit: 100 }],
      queryFn: () => bonusTypes(id).list({ limit: 100 }),
    })),
  });
  const list = found.flatMap((one) => one.data?.items ?? []);
  const title = (code: string | null | undefined) =>
    localText(list.find((one) => one.code === code)?.title, i18n.language) || (code ?? '');
  /** The name as it stands behind an amount. */
  const unit = (amount: number, code: string | null | undefined) =>
    counted(title(code), amount, i18n.language);
  const amount = (value: number, code: string | null | undefined) =>
    `${pointsText(value, i18n.language)} ${unit(value, code)}`;
  return { list, title, unit, amount };
}

/** Whether it is in use. */
export function ActiveTag({ active }: { active: boolean | undefined }) {
  const { t } = useTranslation();
  return (
    <Tag color={active ? 'success' : 'default'}>
      {t(active ? 'loyalty.field.active' : 'loyalty.field.off')}
    </Tag>
  );
}

/** Of a list: what is in use, what is not, or both. */
export function ActiveFilter({
  value,
  onChange,
}: {
  value: unknown;
  onChange(value: string | undefined): void;
}) {
  const { t } = useTranslation();
  return (
    <Select
      allowClear
      style={{ width: 160 }}
      aria-label={t('loyalty.field.state')}
      placeholder={t('loyalty.field.state')}
      value={value === undefined ? undefined : String(value)}
      onChange={(next: string | undefined) => onChange(next)}
      options={[
        { value: 'true', label: t('loyalty.field.active') },
        { value: 'false', label: t('loyalty.field.off') },
      ]}
    />
  );
}

/** The code of a record: typed once, shown ever after. */
export function CodeField({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <TextField
        name="code"
        label={t('loyalty.field.code')}
        fixed={!fresh}
        {...(fresh ? { hint: t('loyalty.master.codeStays') } : {})}
      />
      {fresh ? <NameFollows to="code" joint="-" /> : null}
    </>
  );
}

/** The programme a record belongs to; not asked where there is one alone. */
export function useProgrammeOptions() {
  const { i18n } = useTranslation();
  return (useList(programmes, { limit: 100 }).data?.items ?? []).map((one) => ({
    value: one.id,
    code: one.code,
    label: localText(one.title, i18n.language) || one.code,
  }));
}

/** How a programme is called, by its code. */
export function useProgrammeNames() {
  const all = useProgrammeOptions();
  return (code: string) => all.find((one) => one.code === code)?.label ?? code;
}

/** Fills in the programme where there is one alone: nobody has to choose it. */
export function OnlyProgramme() {
  const form = Form.useFormInstance();
  const all = useProgrammeOptions();
  const only = all.length === 1 ? all[0]?.value : undefined;
  // An effect, because the programmes come after the form has begun.
  useEffect(() => {
    if (only && !form.getFieldValue('programme_id')) form.setFieldValue('programme_id', only);
  }, [only, form]);
  return null;
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
      <MasterSelect kind={kind} query={query} allowClear={Boolean(optional)} />
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

export function AmountField({
  name,
  label,
  extra,
}: {
  name: string;
  label: string;
  extra?: string | undefined;
}) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={extra}
      rules={[{ required: true, message: t('common.required') }]}
    >
      <InputNumber min={0} style={{ width: '100%' }} stringMode />
    </Form.Item>
  );
}

/** One thing of the server that belongs to this page; the key tells what makes it old. */
export function useOne<T>(
  key: unknown[],
  load: () => Promise<T>,
  enabled = true,
  everyMs?: (known: T | undefined) => number,
) {
  return useQuery<T, Problem>({
    queryKey: key,
    queryFn: load,
    enabled,
    ...(everyMs ? { refetchInterval: (query) => everyMs(query.state.data) || false } : {}),
  });
}
