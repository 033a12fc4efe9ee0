import { ReloadOutlined } from '@ant-design/icons';
import { Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { FlowInfo } from '../../api/contract';
import { send } from '../../api/http';
import { useChange, useList } from '../../api/query';
import { flows } from '../../api/resources';
import { useCan } from '../../api/session';
import { dateTime } from '../../lib/format';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

/** A fault names the file, the node and the field; the file that is in use stays the old one. */
export default function FlowsPage() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const list = useList(flows, { limit: 500 });
  const reload = useChange(() => send('/flows/reload', { method: 'POST' }), [flows.path]);
  const may = useCan('flow.write');
  return (
    <>
      <PageHead title={t('admin.page.flows')} note={t('admin.flows.note')}>
        <ReasonButton
          type="primary"
          icon={<ReloadOutlined />}
          loading={reload.isPending}
          reason={may ? undefined : t('common.noAccess', { operation: 'flow.write' })}
          onClick={() =>
            void reload
              .mutateAsync(undefined)
              .then(() => say.done(t('admin.flows.reloaded')), say.failed)
          }
        >
          {t('admin.flows.reload')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<FlowInfo>
        rowKey="name"
        size="small"
        className="panel"
        loading={list.isPending}
        pagination={false}
        dataSource={list.data?.items ?? []}
        locale={{ emptyText: t('common.empty') }}
        columns={[
          { title: t('common.name'), dataIndex: 'name' },
          { title: t('admin.flows.file'), dataIndex: 'file' },
          { title: t('common.version'), dataIndex: 'version' },
          { title: t('admin.flows.nodes'), dataIndex: 'nodes', align: 'right' },
          {
            title: t('admin.flows.loaded'),
            render: (_, row) => dateTime(row.loaded_at, i18n.language),
          },
          {
            title: t('floor.state'),
            render: (_, row) =>
              row.error ? (
                <span className="fault">✕ {row.error}</span>
              ) : (
                <Tag color="success">{t('admin.flows.fine')}</Tag>
              ),
          },
        ]}
      />
    </>
  );
}
