import { PlusOutlined } from '@ant-design/icons';
import { Popconfirm, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Bodies, CHANNELS, type Template, templates } from '../../../api/messages';
import { useChange, useList } from '../../../api/query';
import { useCan } from '../../../api/session';
import { readyText } from '../../../lib/i18n';
import { LANGUAGES } from '../../../lib/i18n';
import { PageHead } from '../../../ui/PageHead';
import { Pager, useCursors } from '../../../ui/Pager';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { SearchBox } from '../../../ui/SearchBox';
import { EmptyState } from '../../../ui/EmptyState';
import { STICKY } from '../../../lib/scroller';
import { useSay } from '../../../ui/say';

/** "SMS: en, ru": what a template says, at a glance. */
function Coverage({ bodies }: { bodies: Bodies }) {
  const { t } = useTranslation();
  return (
    <span className="row wrap">
      {CHANNELS.filter((channel) => Object.keys(bodies[channel] ?? {}).length > 0).map(
        (channel) => (
          <Tag key={channel}>
            {t(`messages.channels.${channel}`)}:{' '}
            {LANGUAGES.map(({ code }) => code)
              .filter((code) => bodies[channel]?.[code])
              .join(', ')}
          </Tag>
        ),
      )}
    </span>
  );
}

/** The words of messages, in every channel and language. */
export default function TemplatesPage() {
  const { t } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [q, setQ] = useState('');
  const cursors = useCursors();
  const may = useCan('template.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'template.write' });
  const list = useList(templates, {
    limit: 100,
    ...(q ? { q } : {}),
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  const remove = useChange((id: string) => templates.remove(id), [templates.path]);
  return (
    <>
      <PageHead title={t('messages.templates')} note={t('messages.tpl.note')}>
        <SearchBox
          onSearch={(text) => {
            cursors.reset();
            setQ(text);
          }}
        />
        <ReasonButton
          type="primary"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => void navigate('/automation/messages/templates/new')}
        >
          {t('common.create')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Template>
        rowKey="id"
        size="small"
        className="panel fits"
        scroll={{ x: true }}
        sticky={STICKY}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: list.isPending ? (
            ' '
          ) : (
            <EmptyState text={t(q ? 'common.emptySearch' : 'messages.tpl.none')} />
          ),
        }}
        columns={[
          {
            title: t('messages.tpl.title'),
            className: 'wraps',
            render: (_, row) => (
              <>
                <Link to={`/automation/messages/templates/${row.id}`}>
                  {readyText(row.title) || row.name}
                </Link>
                <div className="dim">
                  <code>{row.name}</code>
                </div>
              </>
            ),
          },
          { title: t('messages.class'), render: (_, row) => t(`messages.classes.${row.class}`) },
          {
            title: t('messages.tpl.languages'),
            className: 'wraps',
            render: (_, row) => <Coverage bodies={row.channels} />,
          },
          {
            title: t('messages.tpl.fields'),
            className: 'wraps',
            render: (_, row) => (
              <span className="row wrap field-codes">
                {row.fields.map((field) => (
                  <code key={field} className="dim">
                    {field}
                  </code>
                ))}
              </span>
            ),
          },
          {
            title: t('common.actions'),
            align: 'right',
            fixed: 'end',
            render: (_, row) => (
              <Popconfirm
                title={t('admin.removeSure', { name: row.title || row.name })}
                okText={t('common.delete')}
                cancelText={t('common.cancel')}
                okButtonProps={{ danger: true }}
                disabled={!may}
                onConfirm={() =>
                  remove.mutateAsync(row.id).then(() => say.done(t('common.deleted')), say.failed)
                }
              >
                <ReasonButton
                  size="small"
                  danger
                  type="text"
                  reason={refused}
                  aria-label={`${t('common.delete')}: ${row.name}`}
                >
                  {t('common.delete')}
                </ReasonButton>
              </Popconfirm>
            ),
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
    </>
  );
}
