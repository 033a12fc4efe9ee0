import { Form, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Role, RoleInput } from '../../api/contract';
import { roles } from '../../api/resources';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { OperationList } from './OperationList';

export default function RolesPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<Role, RoleInput>
      spec={{
        resource: roles,
        read: 'role.read',
        write: 'role.write',
        title: t('admin.page.roles'),
        note: t('admin.roles.note'),
        search: false,
        name: (role) => role.name,
        keeps: (role) => (role.is_built_in ? t('admin.roles.builtIn') : undefined),
        columns: [
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('admin.roles.operations'),
            render: (_, role) => <Tag>{role.operations.length}</Tag>,
          },
        ],
        initial: (role) => role ?? { operations: [] },
        fields: () => (
          <>
            <TextField name="name" label={t('common.name')} />
            <Form.Item name="operations" label={t('admin.roles.operations')}>
              <OperationList />
            </Form.Item>
          </>
        ),
      }}
    />
  );
}
