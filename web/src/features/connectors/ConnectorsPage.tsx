import { ApiOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { connectors } from '../../api/flows';
import type { Connector } from '../../api/work-types';
import { CrudPage } from '../../ui/crud/CrudPage';
import { ConnectorFields, fromForm, toForm } from './ConnectorFields';
import { TryConnector } from './TryConnector';
import './connectors.css';

/** Outside systems that flows and rules may ask: where they are, what they can be asked, and whether they answer. */
export default function ConnectorsPage() {
  const { t } = useTranslation();
  const [tried, setTried] = useState<Connector>();
  return (
    <div className="page">
      <CrudPage
        spec={{
          resource: connectors,
          read: 'connector.read',
          write: 'connector.write',
          title: t('automation.connectors'),
          note: t('connectors.note'),
          name: (one) => one.name,
          search: false,
          columns: [
            { title: t('common.name'), dataIndex: 'name' },
            { title: t('connectors.address'), dataIndex: 'base_url' },
            {
              title: t('connectors.auth'),
              render: (_, one) => t(`connectors.authKind.${one.auth?.kind ?? 'none'}`),
            },
            {
              title: t('connectors.operations'),
              render: (_, one) => one.operations.map((operation) => operation.key).join(', '),
            },
          ],
          initial: toForm,
          toInput: fromForm,
          fields: (one) => <ConnectorFields known={one?.auth?.has_secret === true} />,
          rowActions: (one) => (
            <Button size="small" icon={<ApiOutlined aria-hidden />} onClick={() => setTried(one)}>
              {t('flows.try')}
            </Button>
          ),
        }}
      />
      {tried ? <TryConnector connector={tried} onClose={() => setTried(undefined)} /> : null}
    </div>
  );
}
