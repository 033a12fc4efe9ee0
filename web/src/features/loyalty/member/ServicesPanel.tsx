import { Popconfirm, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { disconnect, type Profile, refreshLoyalty, type Service } from '../../../api/loyalty';
import { useCan } from '../../../api/session';
import { dateTime } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { useMasterNames } from '../parts';
import { ServiceDrawer } from './actions';

export function ServicesPanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const line = useMasterNames('service_line');
  const [changed, setChanged] = useState<Service>();
  const may = useCan('loyalty.serve');
  const refused = may ? undefined : t('common.noAccess', { operation: 'loyalty.serve' });
  const off = (service: Service) =>
    disconnect(service.id).then(async () => {
      say.done(t('loyalty.member.done'));
      await refreshLoyalty();
    }, say.failed);
  return (
    <>
      <Table<Service>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        pagination={false}
        dataSource={member.services}
        locale={{ emptyText: <EmptyState text={t('loyalty.member.noServices')} /> }}
        columns={[
          { title: t('loyalty.field.serviceName'), dataIndex: 'name' },
          { title: t('loyalty.field.userId'), dataIndex: 'user_id' },
          { title: t('loyalty.field.serviceLine'), render: (_, row) => line(row.line) },
          { title: t('loyalty.field.serviceId'), dataIndex: 'code' },
          {
            title: t('loyalty.field.state'),
            render: (_, row) => (
              <Tag color={row.state === 'connected' ? 'success' : 'default'}>
                {t(`loyalty.field.${row.state}`)}
              </Tag>
            ),
          },
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.disconnected_at ?? row.connected_at, i18n.language),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, row) =>
              row.state === 'connected' ? (
                <span className="row row-actions">
                  <ReasonButton size="small" reason={refused} onClick={() => setChanged(row)}>
                    {t('common.edit')}
                  </ReasonButton>
                  <Popconfirm
                    title={t('loyalty.member.disconnectSure', { name: row.name })}
                    okText={t('loyalty.member.disconnect')}
                    cancelText={t('common.cancel')}
                    okButtonProps={{ danger: true }}
                    disabled={!may}
                    onConfirm={() => off(row)}
                  >
                    <ReasonButton size="small" danger reason={refused}>
                      {t('loyalty.member.disconnect')}
                    </ReasonButton>
                  </Popconfirm>
                </span>
              ) : null,
          },
        ]}
      />
      {changed ? (
        <ServiceDrawer member={member} service={changed} onClose={() => setChanged(undefined)} />
      ) : null}
    </>
  );
}
