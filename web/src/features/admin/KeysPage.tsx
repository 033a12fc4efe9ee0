import { DatePicker, Form, Modal } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey, ApiKeyInput } from '../../api/contract';
import { apiKeys } from '../../api/resources';
import { dateTime } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { Secret } from '../../ui/crud/Secret';
import { OperationList, operationText } from './OperationList';

type KeyForm = Omit<ApiKeyInput, 'expires_at'> & { expires_at?: Dayjs | string | null };

export default function KeysPage() {
  const { t, i18n } = useTranslation();
  const [key, setKey] = useState<string>();
  return (
    <>
      <CrudPage<ApiKey, KeyForm>
        spec={{
          resource: apiKeys as never,
          read: 'api_key.read',
          write: 'api_key.write',
          title: t('admin.page.keys'),
          note: t('admin.keys.note'),
          empty: t('admin.keys.empty'),
          search: false,
          edit: false,
          name: (item) => item.name,
          columns: [
            { title: t('common.name'), dataIndex: 'name' },
            {
              title: t('admin.roles.operations'),
              render: (_, item) => item.operations.map(operationText).join('; '),
            },
            {
              title: t('admin.keys.created'),
              render: (_, item) => dateTime(item.created_at, i18n.language),
            },
            {
              title: t('admin.keys.expires'),
              render: (_, item) => dateTime(item.expires_at, i18n.language),
            },
          ],
          initial: () => ({ operations: [] }),
          toInput: (values) => ({
            ...values,
            expires_at:
              values.expires_at && typeof values.expires_at !== 'string'
                ? values.expires_at.endOf('day').toISOString()
                : null,
          }),
          created: (item) => setKey((item as ApiKey & { key?: string }).key),
          fields: () => (
            <>
              <TextField name="name" label={t('common.name')} />
              <Form.Item name="expires_at" label={t('admin.keys.expires')}>
                <DatePicker />
              </Form.Item>
              <Form.Item name="operations" label={t('admin.roles.operations')}>
                <OperationList />
              </Form.Item>
            </>
          ),
        }}
      />
      <Modal
        open={Boolean(key)}
        footer={null}
        onCancel={() => setKey(undefined)}
        title={t('admin.keys.created')}
      >
        {key ? <Secret value={key} note={t('admin.keys.once')} /> : null}
      </Modal>
    </>
  );
}
