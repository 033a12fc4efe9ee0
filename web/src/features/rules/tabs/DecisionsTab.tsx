import { Button, Drawer, Switch, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Decision, type TraceStep, useDecisions, useVersions } from '../../../api/trials';
import { dateTime } from '../../../lib/format';
import { CustomerSelect } from '../../../ui/CustomerSelect';
import { DecisionDetail, DecisionTag } from '../../../ui/DecisionDetail';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useVerdict } from '../../../ui/TraceView';
import { explain } from '../model/explain';
import type { Speech } from '../model/sentence';
import type { TabProps } from '../RulePage';
import { useFields } from '../useFields';
import { stepWords } from './TrialResult';

/** In one line: the verdict, and the first condition that did not hold with what it met. */
function Reason({
  decision,
  steps,
  speech,
}: {
  decision: Decision;
  steps: TraceStep[];
  speech: Speech;
}) {
  const { t } = useTranslation();
  const verdict = useVerdict();
  if (decision.matched) return null;
  const broken = decision.verdict === 'criteria' ? steps.find((step) => step.held === false) : null;
  if (!broken) return <>{decision.fault ?? verdict(decision)}</>;
  const met = broken.actual ?? t('rules.trial.missing');
  return (
    <>
      {t('rules.decisions.not', { condition: stepWords(broken, speech) ?? '' })}{' '}
      <span className="dim">— {t('rules.trial.actual', { value: String(met) })}</span>
    </>
  );
}

/** What the rule decided about each event it looked at, newest first, with the reasons. */
export default function DecisionsTab({ rule }: TabProps) {
  const { t, i18n } = useTranslation();
  const [matched, setMatched] = useState(false);
  const [customer, setCustomer] = useState<string>();
  const [cursors, setCursors] = useState<string[]>([]);
  const [opened, setOpened] = useState<Decision>();
  const fields = useFields(rule.document.event);
  const live = cursors.length === 0 && rule.live_version !== null;
  const list = useDecisions(
    `/rules/${rule.id}/decisions`,
    { limit: 50, matched: matched || undefined, customer_id: customer, cursor: cursors.at(-1) },
    live,
  );
  const versions = useVersions(rule.id).data ?? [];
  const speech: Speech = { t, language: i18n.language, fields, types: [] };
  const stepsOf = (decision: Decision) => {
    const made = versions.find(({ version }) => version === decision.version);
    return explain((made?.document ?? rule.document).criteria, decision.inputs ?? {});
  };
  return (
    <>
      <div className="row wrap filters">
        <span className="dim grow">{t('rules.decisions.note')}</span>
        <span className="customer-filter">
          <CustomerSelect
            value={customer}
            onChange={(id) => {
              setCursors([]);
              setCustomer(id);
            }}
          />
        </span>
        <Switch
          aria-label={t('rules.decisions.onlyMatched')}
          checked={matched}
          onChange={(on) => {
            setCursors([]);
            setMatched(on);
          }}
        />
        {t('rules.decisions.onlyMatched')}
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Decision>
        rowKey={(row) => `${row.event_id}/${row.version}`}
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={t('rules.decisions.none')} /> }}
        columns={[
          {
            title: t('rules.decisions.when'),
            width: 176,
            render: (_, row) => dateTime(row.decided_at, i18n.language),
          },
          {
            title: t('rules.decisions.customer'),
            render: (_, row) => row.customer_name ?? row.customer_id ?? '—',
          },
          {
            title: t('rules.decisions.outcome'),
            render: (_, row) => <DecisionTag decision={row} />,
          },
          {
            title: t('rules.decisions.reason'),
            render: (_, row) => <Reason decision={row} steps={stepsOf(row)} speech={speech} />,
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <Button size="small" onClick={() => setOpened(row)}>
                {t('rules.decisions.why')}
              </Button>
            ),
          },
        ]}
      />
      <div className="row pager">
        <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
          {t('events.log.newer')}
        </Button>
        <Button
          disabled={!list.data?.next}
          onClick={() => list.data?.next && setCursors([...cursors, list.data.next])}
        >
          {t('events.log.older')}
        </Button>
      </div>
      <Drawer
        open={opened !== undefined}
        size={640}
        title={t('rules.decisions.why')}
        onClose={() => setOpened(undefined)}
      >
        {opened ? (
          <>
            <DecisionDetail
              decision={opened}
              steps={stepsOf(opened)}
              words={(step) => stepWords(step, speech)}
            />
            <h3>{t('rules.decisions.inputs')}</h3>
            <pre className="json">{JSON.stringify(opened.inputs, null, 2)}</pre>
          </>
        ) : null}
      </Drawer>
    </>
  );
}
