import { PlusOutlined } from '@ant-design/icons';
import { Button, Popconfirm, Table } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
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

/** What is asked of the list, and how one part of it is changed; kept here or in the address. */
function useAsked(inAddress: boolean) {
  const [params, setParams] = useSearchParams();
  const [kept, setKept] = useState<Query>({});
  const query: Query = inAddress ? Object.fromEntries(params) : kept;
  const ask = (name: string, value: string | undefined) => {
    const { [name]: _, ...rest } = query;
    const next = value === undefined ? rest : { ...rest, [name]: value };
    if (inAddress) setParams(next as Record<string, string>, { replace: true });
    else setKept(next);
  };
  return { query, ask };
}

/** A list with search, and a drawer in which one of it is made, changed or removed. */
export function CrudPage<T extends object, Input extends object, Made = T>({
  spec,
}: {
  spec: Spec<T, Input, Made>;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { query, ask: put } = useAsked(spec.inAddress ?? false);
  const [cursors, setCursors] = useState<string[]>([]);
  const [edited, setEdited] = useState<{ item?: T }>();
  const cursor = cursors.at(-1);
  const ask = (name: string, value: string | undefined) => {
    setCursors([]);
    put(name, value);
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
  const removing = spec.removing ?? {
    verb: t('common.delete'),
    sure: (item: T) => t('admin.removeSure', { name: spec.name(item) }),
    done: t('common.deleted'),
  };
  const acts = spec.edit !== false || spec.remove !== false || spec.rowActions;
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
            title={removing.sure(item)}
            okText={removing.verb}
            cancelText={t('common.cancel')}
            okButtonProps={{ danger: true }}
            disabled={!may || Boolean(spec.keeps?.(item))}
            onConfirm={() =>
              remove.mutateAsync(item).then(() => say.done(removing.done), say.failed)
            }
          >
            <ReasonButton
              size="small"
              danger
              type="text"
              reason={refused ?? spec.keeps?.(item)}
              aria-label={`${removing.verb}: ${spec.name(item)}`}
            >
              {removing.verb}
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
          <SearchBox
            initial={String(query.q ?? '')}
            onSearch={(text) => ask('q', text || undefined)}
          />
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
            {spec.createVerb ?? t('common.create')}
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
        columns={acts ? [...spec.columns, actions] : spec.columns}
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
                <p>{t('common.emptyHint', { button: spec.createVerb ?? t('common.create') })}</p>
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
