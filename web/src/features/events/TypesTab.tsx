import { PlusOutlined } from '@ant-design/icons';
import { Button, Popconfirm, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventType } from '../../api/automation';
import { removeEventType } from '../../api/events';
import { queryClient } from '../../api/query';
import { useEventTypes } from '../../api/rules';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { labelOf } from '../../ui/EventForm';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { SUBJECTS } from './subjects';
import { TypeDrawer } from './TypeDrawer';

/** More names than these are counted instead. */
const NAMES_MAX = 8;

function shortList(names: string[]): string {
  const more = names.length - NAMES_MAX;
  const shown = names.slice(0, NAMES_MAX).join(', ') || '—';
  return more > 0 ? `${shown}, +${more}` : shown;
}

/** What may arrive; each type is the source of forms and of the fields that rules read. */
export default function TypesTab() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const list = useEventTypes();
  const [edited, setEdited] = useState<{ type?: EventType }>();
  const may = useCan('event_type.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'event_type.write' });
  const remove = (name: string) =>
    removeEventType(name).then(async () => {
      await queryClient.invalidateQueries({ queryKey: ['event-types'] });
      say.done(t('common.deleted'));
    }, say.failed);
  return (
    <>
      <PageHead title={t('events.tabs.types')} note={t('events.types.note')}>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          reason={refused}
          onClick={() => setEdited({})}
        >
          {t('events.types.create')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<EventType>
        rowKey="name"
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={list.data ?? []}
        locale={{ emptyText: <EmptyState text={t('events.types.none')} /> }}
        columns={[
          {
            title: t('common.name'),
            render: (_, row) => (
              <>
                {localText(row.title, i18n.language) || row.name}{' '}
                {row.built_in ? <Tag>{t('events.types.builtIn')}</Tag> : null}
                <div className="dim code">{row.name}</div>
              </>
            ),
          },
          {
            title: t('events.types.subject'),
            render: (_, row) => {
              const known = SUBJECTS.find((one) => one === row.subject);
              return known ? t(`events.types.subjects.${known}`) : row.subject;
            },
          },
          {
            title: t('events.types.fields'),
            render: (_, row) => (
              <span className="dim">
                {shortList(
                  Object.entries(row.schema.properties ?? {}).map(([name, field]) =>
                    labelOf(name, field, i18n.language),
                  ),
                )}
              </span>
            ),
          },
          {
            title: t('events.types.retention'),
            align: 'right',
            dataIndex: 'retention_days',
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, row) => (
              <span className="row" style={{ justifyContent: 'flex-end' }}>
                <Button
                  size="small"
                  aria-label={`${t('common.edit')}: ${row.name}`}
                  onClick={() => setEdited({ type: row })}
                >
                  {t('common.edit')}
                </Button>
                <Popconfirm
                  title={t('events.types.removeSure', { name: row.name })}
                  okText={t('common.delete')}
                  cancelText={t('common.cancel')}
                  okButtonProps={{ danger: true }}
                  disabled={!may || row.built_in}
                  onConfirm={() => remove(row.name)}
                >
                  <ReasonButton
                    size="small"
                    danger
                    reason={refused ?? (row.built_in ? t('events.types.builtIn') : undefined)}
                    aria-label={`${t('common.delete')}: ${row.name}`}
                  >
                    {t('common.delete')}
                  </ReasonButton>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      />
      {edited ? (
        <TypeDrawer type={edited.type} refused={refused} onClose={() => setEdited(undefined)} />
      ) : null}
    </>
  );
}
