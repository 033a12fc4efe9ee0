import { Button, DatePicker, Select, Table, Tag } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { url } from '../../api/http';
import { makeStatistics, programmes, type StatisticsRun, statisticsRuns } from '../../api/loyalty';
import { queryClient, useList } from '../../api/query';
import { useCan } from '../../api/session';
import { count, dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { useMasterNames, useOne } from './parts';

/** How often it is asked how far it is: while it is being made, and else. */
const RUNNING_MS = 1_000;
const IDLE_MS = 30_000;
/** For so long after it was asked for, it is looked for as if it ran. */
const ASKED_MS = 10_000;
const COLOURS = { running: 'processing', done: 'success', failed: 'error' } as const;

/** The statistics of months, one file a macroregion; one that failed is made again by itself (CIMP-STAT-04, CIMP-STAT-05). */
export default function StatisticsPage() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const macroregion = useMasterNames('macroregion');
  const may = useCan('loyalty.market');
  const refused = may ? undefined : t('common.noAccess', { operation: 'loyalty.market' });
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  const [chosen, setChosen] = useState<string>();
  const [month, setMonth] = useState<Dayjs>(() => dayjs().subtract(1, 'month').startOf('month'));
  const [asked, setAsked] = useState(false);
  const programme = chosen ?? all[0]?.id;
  const key = ['loyalty', 'statistics', programme];
  const found = useOne(
    key,
    () => statisticsRuns(programme ?? ''),
    Boolean(programme) && may,
    (runs) => (runs?.some((run) => run.state === 'running') || asked ? RUNNING_MS : IDLE_MS),
  );
  const make = (of: string, regions?: string[]) =>
    makeStatistics(programme ?? '', of, regions).then(async () => {
      setAsked(true);
      setTimeout(() => setAsked(false), ASKED_MS);
      say.done(t('loyalty.statistic.begun'));
      await queryClient.invalidateQueries({ queryKey: key });
    }, say.failed);
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.statistics')} note={t('loyalty.statistic.note')}>
        {all.length > 1 ? (
          <Select
            style={{ minWidth: 200 }}
            aria-label={t('loyalty.members.programme')}
            value={programme ?? null}
            onChange={(id) => setChosen(id ?? undefined)}
            options={all.map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        ) : null}
        <DatePicker
          picker="month"
          format="MM.YYYY"
          disabledDate={(day) => !day.isBefore(dayjs(), 'month')}
          allowClear={false}
          value={month}
          aria-label={t('loyalty.statistic.month')}
          onChange={(next) => next && setMonth(next)}
        />
        <ReasonButton
          type="primary"
          reason={refused}
          onClick={() => void make(month.format('YYYY-MM-01'))}
        >
          {t('loyalty.statistic.make')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table<StatisticsRun>
        rowKey={(run) => run.month + run.macroregion}
        size="small"
        className="panel"
        loading={found.isPending && Boolean(programme) && may}
        dataSource={found.data ?? []}
        pagination={{ pageSize: 50, hideOnSinglePage: true }}
        locale={{
          emptyText: (
            <EmptyState
              waiting={found.isPending && Boolean(programme) && may}
              text={t('loyalty.statistic.none')}
            />
          ),
        }}
        columns={[
          {
            title: t('loyalty.statistic.month'),
            render: (_, run) => dayjs(run.month).format('MM.YYYY'),
          },
          {
            title: t('loyalty.members.macroregion'),
            render: (_, run) =>
              run.macroregion ? macroregion(run.macroregion) : t('loyalty.statistic.nowhere'),
          },
          {
            title: t('loyalty.field.state'),
            render: (_, run) => (
              <>
                <Tag color={COLOURS[run.state]}>{t(`loyalty.statistic.states.${run.state}`)}</Tag>
                {run.failure ? <span className="points-down">{run.failure}</span> : null}
              </>
            ),
          },
          {
            title: t('loyalty.statistic.accounts'),
            align: 'right',
            render: (_, run) => count(run.accounts, i18n.language),
          },
          {
            title: t('loyalty.field.when'),
            render: (_, run) => dateTime(run.finished_at ?? run.started_at, i18n.language),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, run) => (
              <span className="row row-actions">
                {run.state === 'done' ? (
                  <Button
                    size="small"
                    download
                    href={url('/loyalty/statistics/file', {
                      programme_id: programme,
                      month: run.month,
                      macroregion: run.macroregion,
                    })}
                  >
                    {t('loyalty.statistic.file')}
                  </Button>
                ) : null}
                <ReasonButton
                  size="small"
                  reason={refused}
                  onClick={() => void make(run.month, [run.macroregion])}
                >
                  {t('loyalty.statistic.again')}
                </ReasonButton>
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}
