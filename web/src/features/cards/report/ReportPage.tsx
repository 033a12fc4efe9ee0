import { DownloadOutlined, PrinterOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Select, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import type { Problem } from '../../../api/problem';
import { ask, type Measure, type RecordRows } from '../../../api/records';
import { csv, valueText } from '../../../lib/attributes';
import { download } from '../../../lib/download';
import { count } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { PageHead } from '../../../ui/PageHead';
import { ProblemNote } from '../../../ui/ProblemNote';
import { CUSTOMER, useKinds } from '../kinds';
import { type Filterable, useFilterable } from '../where/fields';
import { putWhere, WhereFilter, whereOf } from '../where/WhereFilter';
import { Bars } from './Bars';

const FUNCTIONS = ['count', 'sum', 'avg', 'min', 'max'] as const;
const NUMERIC = ['number', 'decimal'];
/** Bars that can be read on one screen; the table has the rest. */
const BARS_MAX = 30;

function useReport(fields: Filterable[]) {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const of = params.get('of') ?? CUSTOMER;
  // At first by something, so that there is something to see.
  const first = params.has('fn') ? undefined : fields.find((one) => one.type === 'choice');
  const by = params.get('by') ?? first?.path ?? '';
  const fn = FUNCTIONS.find((one) => one === params.get('fn')) ?? 'count';
  const field = params.get('field') ?? '';
  const where = whereOf(params);
  const measure: Measure = fn === 'count' ? { fn } : { fn, field };
  const ready = fn === 'count' || Boolean(field);
  const rows = useQuery<RecordRows, Problem>({
    queryKey: ['/records/query', of, by, fn, field, where.text],
    queryFn: () =>
      ask({
        of,
        where: where.text || null,
        group_by: by ? [by] : [],
        measures: [measure],
      }),
    enabled: ready,
  });
  const grouped = fields.find((one) => one.path === by);
  const words = { yes: t('common.yes'), no: t('common.no') };
  const label = (value: unknown) => {
    if (value === null || value === undefined || value === '') return t('cards.report.other');
    const known = grouped?.choices.find((choice) => choice.value === value);
    return (
      known?.title ??
      valueText(
        { type: grouped?.type ?? 'text', unit: grouped?.unit ?? null },
        value,
        i18n.language,
        words,
      )
    );
  };
  const bars = (rows.data?.rows ?? []).map((row) => ({
    label: by ? label(row[0]) : t('cards.report.total'),
    value: Number(row.at(-1) ?? 0),
  }));
  const set = (changes: Record<string, string | undefined>) =>
    setParams(
      (now) => {
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined) now.delete(name);
          else now.set(name, value);
        }
        return now;
      },
      { replace: true },
    );
  return { of, by, fn, field, where, rows, bars, grouped, params, set, setParams };
}

/** Counts and sums over customers and cards: a table, bars, a file, and paper. */
export default function ReportPage() {
  const { t, i18n } = useTranslation();
  const [params] = useSearchParams();
  const fields = useFilterable(params.get('of') ?? CUSTOMER);
  const { options, title } = useKinds();
  const report = useReport(fields);
  const { of, by, fn, field, where, rows, bars, grouped, set } = report;
  const numbers = fields.filter((one) => NUMERIC.includes(one.type));
  const measure = t(`cards.report.fn.${fn}`);
  const name = grouped?.title ?? t('cards.report.total');
  return (
    <div className="page">
      <PageHead title={t('cards.report.title')} note={t('cards.report.note')}>
        <Button
          icon={<DownloadOutlined />}
          disabled={bars.length === 0}
          onClick={() =>
            download(
              'report.csv',
              `\uFEFF${csv([[name, measure], ...bars.map((bar) => [bar.label, bar.value])])}`,
              'text/csv',
            )
          }
        >
          {t('cards.customers.csv')}
        </Button>
        <Button
          icon={<PrinterOutlined />}
          disabled={bars.length === 0}
          onClick={() => window.print()}
        >
          {t('cards.report.print')}
        </Button>
      </PageHead>
      <div className="row filters wrap no-print">
        <Select
          aria-label={t('cards.report.of')}
          style={{ width: 200 }}
          value={of}
          options={options}
          onChange={(value) =>
            set({
              of: value,
              by: undefined,
              field: undefined,
              where: undefined,
              rows: undefined,
              fn: undefined,
            })
          }
        />
        <Select
          aria-label={t('cards.report.measure')}
          style={{ width: 150 }}
          value={fn}
          options={FUNCTIONS.map((value) => ({
            value,
            label: t(`cards.report.fn.${value}`),
            disabled: value !== 'count' && numbers.length === 0,
          }))}
          onChange={(value) => set({ fn: value, field: field || numbers[0]?.path })}
        />
        {fn === 'count' ? null : (
          <Select
            aria-label={t('cards.report.field')}
            style={{ width: 200 }}
            value={field || null}
            placeholder={t('cards.report.field')}
            options={numbers.map((one) => ({ value: one.path, label: one.title }))}
            onChange={(value) => set({ field: value ?? undefined })}
          />
        )}
        <Select
          aria-label={t('cards.report.by')}
          style={{ width: 220 }}
          showSearch={{ optionFilterProp: 'label' }}
          value={by}
          options={[
            { value: '', label: t('cards.report.byNothing') },
            ...fields.map((one) => ({ value: one.path, label: one.title })),
          ]}
          onChange={(value) => set({ by: value })}
        />
        <WhereFilter
          fields={fields}
          where={where}
          onChange={(next) => report.setParams(putWhere(report.params, next), { replace: true })}
        />
      </div>
      <ProblemNote error={rows.error} onRetry={() => void rows.refetch()} />
      {rows.data?.more ? (
        <Alert type="info" showIcon title={t('cards.report.more')} style={{ marginBottom: 12 }} />
      ) : null}
      {rows.data && bars.length === 0 ? <EmptyState text={t('cards.report.empty')} /> : null}
      {bars.length > 0 ? (
        <div className="report">
          <section className="panel report-block">
            <h2>{`${title(of)}: ${measure}`}</h2>
            <Bars
              bars={bars.slice(0, BARS_MAX)}
              language={i18n.language}
              label={t('cards.report.chart', { measure, field: name })}
            />
          </section>
          <Table
            rowKey="label"
            size="small"
            className="panel"
            pagination={false}
            dataSource={bars}
            columns={[
              { title: name, dataIndex: 'label' },
              {
                title: measure,
                align: 'right',
                render: (_, bar) => count(bar.value, i18n.language),
              },
            ]}
          />
        </div>
      ) : null}
    </div>
  );
}
