import { PlusOutlined } from '@ant-design/icons';
import { Button, Popconfirm, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/http';
import { useChange, useList } from '../../api/query';
import { useCan } from '../../api/session';
import { EmptyState } from '../EmptyState';
import { PageHead } from '../PageHead';
import { ProblemNote } from '../ProblemNote';
import { ReasonButton } from '../ReasonButton';
import { SearchBox } from '../SearchBox';
import { useSay } from '../say';
import { CsvButton } from './CsvButton';
import { EditDrawer } from './EditDrawer';
import type { Spec } from './spec';
import { STICKY } from '../../lib/scroller';
import './crud.css';

/** A list with search, and a drawer in which one of it is made, changed or removed. */
export function CrudPage<T extends object, Input extends object, Made = T>({
  spec,
}: {
  spec: Spec<T, Input, Made>;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [query, setQuery] = useState<Query>({});
  const [cursors, setCursors] = useState<string[]>([]);
  const [edited, setEdited] = useState<{ item?: T }>();
  const cursor = cursors.at(-1);
  const ask = (name: string, value: string | undefined) => {
    setCursors([]);
    setQuery(({ [name]: _, ...rest }) => (value === undefined ? rest : { ...rest, [name]: value }));
  };
  const asked = Object.keys(query).length > 0;
  const list = useList(
    spec.resource,
    { limit: 100, ...query, ...(cursor ? { cursor } : {}) },
    true,
    spec.everyMs,
  );
  const remove = useChange(
    (item: T) => spec.resource.remove(spec.resource.key(item)),
    [spec.resource.path],
  );
  const may = useCan(spec.write);
  const refused = may ? undefined : t('common.noAccess', { operation: spec.write });
  const actions = {
    key: 'actions',
    title: t('common.actions'),
    align: 'right' as const,
    fixed: 'end' as const,
    render: (_: unknown, item: T) => (
      <span className="row row-actions">
        {spec.rowActions?.(item)}
        {spec.edit === false ? null : (
          <Button
            size="small"
            aria-label={`${t('common.edit')}: ${spec.name(item)}`}
            onClick={() => setEdited({ item })}
          >
            {t('common.edit')}
          </Button>
        )}
        {spec.remove === false ? null : (
          <Popconfirm
            title={t('admin.removeSure', { name: spec.name(item) })}
            okText={t('common.delete')}
            cancelText={t('common.cancel')}
            okButtonProps={{ danger: true }}
            disabled={!may || Boolean(spec.keeps?.(item))}
            onConfirm={() =>
              remove.mutateAsync(item).then(() => say.done(t('common.deleted')), say.failed)
            }
          >
            <ReasonButton
              size="small"
              danger
              type="text"
              reason={refused ?? spec.keeps?.(item)}
              aria-label={`${t('common.delete')}: ${spec.name(item)}`}
            >
              {t('common.delete')}
            </ReasonButton>
          </Popconfirm>
        )}
      </span>
    ),
  };
  return (
    <>
      <PageHead title={spec.title} {...(spec.note ? { note: spec.note } : {})}>
        {spec.search === false ? null : (
          <SearchBox onSearch={(text) => ask('q', text || undefined)} />
        )}
        {spec.filters?.(query, ask)}
        {spec.csv ? <CsvButton of={spec.resource} query={query} {...spec.csv} /> : null}
        {spec.create === false ? null : (
          <ReasonButton
            type="primary"
            icon={<PlusOutlined />}
            reason={refused}
            onClick={() => setEdited({})}
          >
            {t('common.create')}
          </ReasonButton>
        )}
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<T>
        rowKey={spec.resource.key}
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        sticky={STICKY}
        loading={list.isPending}
        columns={[...spec.columns, actions]}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: list.isPending ? (
            ' '
          ) : asked ? (
            <EmptyState text={t('common.emptySearch')} />
          ) : (
            <EmptyState text={spec.empty ?? spec.note ?? t('common.empty')}>
              {!spec.empty && spec.create !== false && may ? (
                <p>{t('common.emptyHint', { button: t('common.create') })}</p>
              ) : null}
            </EmptyState>
          ),
        }}
      />
      {cursors.length > 0 || list.data?.next ? (
        <div className="row pager">
          <Button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            {t('admin.previous')}
          </Button>
          <Button
            disabled={!list.data?.next}
            onClick={() => list.data?.next && setCursors([...cursors, list.data.next])}
          >
            {t('admin.next')}
          </Button>
        </div>
      ) : null}
      {edited ? (
        <EditDrawer
          spec={spec}
          item={edited.item}
          refused={refused}
          onClose={() => setEdited(undefined)}
        />
      ) : null}
    </>
  );
}
