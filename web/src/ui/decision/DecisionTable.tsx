import { Button, Drawer, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/http';
import { type Decision, useDecisions } from '../../api/trials';
import { dateTime } from '../../lib/format';
import { readyText } from '../../lib/i18n';
import { EmptyState } from '../EmptyState';
import { Pager, useCursors } from '../Pager';
import { ProblemNote } from '../ProblemNote';
import { DecisionDetail, DecisionTag } from './DecisionDetail';
import { Reason } from './Reason';

const PAGE = 50;

/** Decisions of rules, newest first: about whom or of which rule (`about`), how they came out and why. */
export function DecisionTable({
  path,
  query,
  about,
  none,
  live,
}: {
  path: string;
  query: Query;
  about: ColumnsType<Decision>[number];
  /** What is said when there is none. */
  none: string;
  /** Read again while the newest are shown. */
  live: boolean;
}) {
  const { t, i18n } = useTranslation();
  const cursors = useCursors();
  const [opened, setOpened] = useState<Decision>();
  const { cursor } = cursors;
  const list = useDecisions(
    path,
    { limit: PAGE, ...query, ...(cursor ? { cursor } : {}) },
    live && !cursor,
  );
  return (
    <>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Decision>
        rowKey={(row) => `${row.event_id}/${row.rule_id}/${row.version}`}
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: <EmptyState text={none} /> }}
        columns={[
          {
            title: t('rules.decisions.when'),
            width: 176,
            render: (_, row) => dateTime(row.decided_at, i18n.language, { exact: true }),
          },
          about,
          {
            title: t('rules.decisions.outcome'),
            render: (_, row) => <DecisionTag decision={row} />,
          },
          { title: t('rules.decisions.reason'), render: (_, row) => <Reason decision={row} /> },
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
      <Pager cursors={cursors} next={list.data?.next} />
      <Drawer
        open={opened !== undefined}
        size={640}
        title={opened?.rule_name ? readyText(opened.rule_name) : t('rules.decisions.why')}
        onClose={() => setOpened(undefined)}
      >
        {opened ? <DecisionDetail decision={opened} /> : null}
      </Drawer>
    </>
  );
}
