import { Alert, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Results, useResults, type VariantResult } from '../../../api/trials';
import { count } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import type { TabProps } from '../RulePage';

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
/** Below this a p is not written as a number: it would read as zero. */
const P_MIN = 0.001;

/** 0.0612 → "6.1" or "6,1". */
const hundredths = (share: number, language: string): string =>
  new Intl.NumberFormat(language === 'uz' ? 'ru' : language, TENTHS).format(100 * share);

/** The interval as a bar from 0 to the largest upper end on the page. */
function Interval({ row, most }: { row: VariantResult; most: number }) {
  const { low, high, rate } = row;
  if (low == null || high == null || rate == null || most <= 0) return null;
  const at = (share: number) => `${(100 * share) / most}%`;
  return (
    <div className="interval" aria-hidden="true">
      <span className="interval-bar" style={{ left: at(low), width: at(high - low) }} />
      <span className="interval-dot" style={{ left: at(rate) }} />
    </div>
  );
}

function Verdict({ difference }: { difference: NonNullable<Results['difference']> }) {
  const { t, i18n } = useTranslation();
  const { verdict, value, p_value } = difference;
  const p =
    p_value === null || p_value === undefined
      ? '—'
      : p_value < P_MIN
        ? `< ${P_MIN}`
        : p_value.toFixed(3);
  return (
    <Alert
      className="gap"
      showIcon
      data-verdict={verdict}
      type={verdict === 'a' || verdict === 'b' ? 'success' : 'info'}
      title={t(`rules.results.verdict.${verdict}`)}
      description={
        value === null || value === undefined
          ? undefined
          : t('rules.results.difference', {
              value: hundredths(value, i18n.language),
              p,
            })
      }
    />
  );
}

/** Who reached the goal with which version, how sure that is, and the verdict in words. */
export default function ResultsTab({ rule, editing }: TabProps) {
  const { t, i18n } = useTranslation();
  const found = useResults(rule.id);
  const variants = found.data?.variants ?? [];
  const most = Math.max(0, ...variants.map((row) => row.high ?? 0));
  const percent = (share: number | null | undefined) =>
    share == null ? '—' : `${hundredths(share, i18n.language)} %`;
  const number = (key: 'customers' | 'matched' | 'reacted') => ({
    title: t(
      key === 'matched' || key === 'reacted' ? `rules.${key}` : (`rules.results.${key}` as const),
    ),
    align: 'right' as const,
    render: (_: unknown, row: VariantResult) => count(row[key], i18n.language),
  });
  return (
    <>
      <p className="dim">{t('rules.results.note')}</p>
      {editing.draft.document.goal ? null : (
        <Alert type="info" showIcon className="gap" title={t('rules.results.noGoal')} />
      )}
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {found.data?.difference ? <Verdict difference={found.data.difference} /> : null}
      <Table<VariantResult>
        rowKey="variant"
        size="small"
        className="panel"
        pagination={false}
        loading={found.isPending}
        dataSource={variants}
        locale={{ emptyText: <EmptyState text={t('rules.results.none')} /> }}
        columns={[
          {
            title: t('rules.results.variant'),
            render: (_, row) => (
              <>
                <b>{row.variant.toUpperCase()}</b>{' '}
                <span className="dim">{t('rules.versions.before', { version: row.version })}</span>
              </>
            ),
          },
          number('customers'),
          number('matched'),
          number('reacted'),
          ...(['delivery', 'interest', 'conversion'] as const).map((type) => ({
            title: t(`rules.results.responses.${type}`),
            align: 'right' as const,
            render: (_: unknown, row: VariantResult) => {
              const one = row.responses.find((response) => response.type === type);
              return (
                <>
                  {count(one?.customers ?? 0, i18n.language)}{' '}
                  <span className="dim">{percent(one?.rate)}</span>
                </>
              );
            },
          })),
          {
            title: t('rules.results.interval'),
            width: 280,
            render: (_, row) => (
              <>
                {percent(row.low)} – {percent(row.high)}
                <Interval row={row} most={most} />
              </>
            ),
          },
        ]}
      />
    </>
  );
}
