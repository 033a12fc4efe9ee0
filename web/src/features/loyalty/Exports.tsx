import { Button, Table, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { url } from '../../api/http';
import { type Export, exportsMade } from '../../api/loyalty';
import { useList } from '../../api/query';
import { count, dateTime } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ConditionWords } from './ConditionWords';
import { ExportDrawer, KINDS, WHO_GOES_OUT } from './ExportDrawer';

const COLOURS = { running: 'processing', done: 'success', failed: 'error' } as const;
const EVERY_MS = 2_000;
const isKind = (kind: string): kind is (typeof KINDS)[number] =>
  (KINDS as readonly string[]).includes(kind);

/** What was asked for; of members, which. */
function Asked({ one }: { one: Export }) {
  const { t } = useTranslation();
  const condition = one.asked.condition;
  return (
    <>
      {isKind(one.kind) ? t(`loyalty.export.kinds.${one.kind}`) : one.kind}
      {typeof condition === 'string' && condition !== '' ? (
        <div className="dim">
          <ConditionWords place={WHO_GOES_OUT} text={condition} />
        </div>
      ) : null}
    </>
  );
}

/** Files for partners and for other systems: asked for, made in the background, loaded here (CIMP-PRT-05, CIMP-ETL-12). */
export function Exports() {
  const { t, i18n } = useTranslation();
  const cursors = useCursors();
  const [asking, setAsking] = useState(false);
  const query = { limit: 50, ...(cursors.cursor ? { cursor: cursors.cursor } : {}) };
  const list = useList(exportsMade, query, true, EVERY_MS);
  return (
    <>
      <div className="row filters wrap">
        <span className="dim">{t('loyalty.export.note')}</span>
        <span className="grow" />
        <Button type="primary" onClick={() => setAsking(true)}>
          {t('loyalty.export.make')}
        </Button>
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Export>
        rowKey="id"
        size="small"
        className="panel fits"
        scroll={{ x: true }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.export.none')} />,
        }}
        columns={[
          { title: t('common.name'), className: 'wraps', dataIndex: 'name' },
          {
            title: t('loyalty.field.kind'),
            className: 'wraps',
            render: (_, one) => <Asked one={one} />,
          },
          {
            title: t('loyalty.field.state'),
            render: (_, one) => (
              <Tooltip title={one.failure}>
                <Tag color={COLOURS[one.state]}>{t(`loyalty.statistic.states.${one.state}`)}</Tag>
              </Tooltip>
            ),
          },
          {
            title: t('loyalty.file.lines'),
            align: 'right',
            render: (_, one) => count(one.lines, i18n.language),
          },
          {
            title: t('loyalty.field.when'),
            render: (_, one) => dateTime(one.started_at, i18n.language),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, one) =>
              one.state === 'done' ? (
                <Button size="small" download href={url(`/loyalty/exports/${one.id}/file`)}>
                  {t('loyalty.statistic.file')}
                </Button>
              ) : null,
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      {asking ? <ExportDrawer onClose={() => setAsking(false)} /> : null}
    </>
  );
}
