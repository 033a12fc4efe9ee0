import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  HolderOutlined,
  PlusOutlined,
} from '@ant-design/icons';
import { Button, Popconfirm, Select, Table, Tag } from 'antd';
import { type DragEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { useChange, useList } from '../../../api/query';
import { ALL_ATTRIBUTES, type Attribute, attributes } from '../../../api/records';
import { useCan } from '../../../api/session';
import { localText } from '../../../lib/format';
import { EditDrawer } from '../../../ui/crud/EditDrawer';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { CUSTOMER, useKinds } from '../kinds';
import { useAttributeSpec } from './attributeSpec';
import { moved, renumbered } from './order';

/** How often the list looks whether an index is ready. */
const REFRESH_MS = 5_000;

const MARKS = ['required', 'unique', 'searchable', 'indexed'] as const;

/** What the server still makes of an attribute in the background. */
function Builds({ of }: { of: Attribute }) {
  const { t } = useTranslation();
  return of.builds
    .filter((build) => build.state !== 'ready')
    .map((build) => (
      <Tag
        key={build.what}
        color={build.state === 'failed' ? 'error' : 'processing'}
        title={build.error ?? ''}
      >
        {t(`cards.attribute.build.${build.state}`, {
          percent: build.total > 0 ? Math.floor((build.done / build.total) * 100) : 0,
        })}
      </Tag>
    ));
}

/** The attributes of one card in the order of its form. */
export function AttributesTab() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const [params, setParams] = useSearchParams();
  const of = params.get('of') ?? CUSTOMER;
  const { options } = useKinds();
  const list = useList(attributes, { of, limit: ALL_ATTRIBUTES }, true, REFRESH_MS);
  const items = list.data?.items ?? [];
  const [edited, setEdited] = useState<{ item?: Attribute }>();
  const [dragged, setDragged] = useState<number>();
  const may = useCan('structure.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'structure.write' });
  const spec = useAttributeSpec(of, items.length);
  const title = (row: Attribute) => localText(row.title, i18n.language);

  const order = useChange(
    async ({ from, to }: { from: number; to: number }) => {
      for (const row of renumbered(moved(items, from, to))) {
        const { id, version, built_in: _, builds: __, ...input } = row;
        await attributes.change(id, version, input);
      }
    },
    [attributes.path],
  );
  const move = (from: number, to: number) => {
    if (!may || to < 0 || to >= items.length || from === to) return;
    void order.mutateAsync({ from, to }).catch(say.failed);
  };
  const archive = useChange((id: string) => attributes.remove(id), [attributes.path]);

  return (
    <>
      <div className="row filters">
        <Select
          aria-label={t('cards.attribute.of')}
          style={{ width: 240 }}
          value={of}
          options={options}
          onChange={(value) => setParams({ of: value }, { replace: true })}
        />
        <span className="grow" />
        <ReasonButton
          type="primary"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => setEdited({})}
        >
          {t('common.create')}
        </ReasonButton>
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Attribute>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending || order.isPending}
        dataSource={items}
        pagination={false}
        locale={{ emptyText: t('cards.attribute.none') }}
        onRow={(_, index = 0) => ({
          draggable: may,
          className: dragged === index ? 'dragged' : '',
          onDragStart: () => setDragged(index),
          onDragEnd: () => setDragged(undefined),
          onDragOver: (event: DragEvent) => event.preventDefault(),
          onDrop: () => {
            if (dragged !== undefined) move(dragged, index);
            setDragged(undefined);
          },
        })}
        columns={[
          {
            key: 'order',
            width: 110,
            render: (_, row, index) => (
              <span className="row order">
                <HolderOutlined title={t('cards.attribute.drag')} className="grip" />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowUpOutlined />}
                  aria-label={t('cards.attribute.up', { name: title(row) })}
                  disabled={!may || index === 0}
                  onClick={() => move(index, index - 1)}
                />
                <Button
                  type="text"
                  size="small"
                  icon={<ArrowDownOutlined />}
                  aria-label={t('cards.attribute.down', { name: title(row) })}
                  disabled={!may || index === items.length - 1}
                  onClick={() => move(index, index + 1)}
                />
              </span>
            ),
          },
          { title: t('cards.attribute.title'), render: (_, row) => title(row) },
          { title: t('cards.attribute.key'), render: (_, row) => <code>{row.key}</code> },
          {
            title: t('cards.attribute.type'),
            render: (_, row) => t(`cards.type.${row.type}`) + (row.unit ? `, ${row.unit}` : ''),
          },
          {
            title: t('cards.attribute.marks'),
            render: (_, row) => (
              <span className="row wrap">
                {MARKS.filter((mark) => row[mark]).map((mark) => (
                  <Tag key={mark}>{t(`cards.attribute.${mark}`)}</Tag>
                ))}
                <Builds of={row} />
              </span>
            ),
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <span className="row row-actions">
                <Button
                  size="small"
                  aria-label={`${t('common.edit')}: ${title(row)}`}
                  onClick={() => setEdited({ item: row })}
                >
                  {t('common.edit')}
                </Button>
                <Popconfirm
                  title={t('cards.attribute.archiveSure', { name: title(row) })}
                  okText={t('cards.attribute.archive')}
                  cancelText={t('common.cancel')}
                  disabled={!may || row.built_in}
                  onConfirm={() =>
                    archive
                      .mutateAsync(row.id)
                      .then(() => say.done(t('cards.attribute.archived')), say.failed)
                  }
                >
                  <ReasonButton
                    size="small"
                    danger
                    reason={refused ?? (row.built_in ? t('cards.attribute.builtIn') : undefined)}
                    aria-label={`${t('cards.attribute.archive')}: ${title(row)}`}
                  >
                    {t('cards.attribute.archive')}
                  </ReasonButton>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      />
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
