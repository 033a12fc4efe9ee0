import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { roles, units } from '../../api/resources';
import { useAll } from '../../api/session';

/** Roles, each in a unit: of a person or of a group. */
export function RoleGrants() {
  const { t } = useTranslation();
  const roleList = useAll(roles).map((role) => ({ value: role.role_id, label: role.name }));
  const unitList = useAll(units).map((unit) => ({ value: unit.unit_id, label: unit.name }));
  return (
    <Form.Item label={t('admin.people.roles')} extra={t('admin.people.rolesHint')}>
      <Form.List name="roles">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div className="row list-row" key={row.key}>
                <Form.Item
                  name={[row.name, 'role_id']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Select
                    aria-label={t('admin.people.role')}
                    style={{ flex: 1 }}
                    options={roleList}
                  />
                </Form.Item>
                <Form.Item
                  name={[row.name, 'unit_id']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Select
                    aria-label={t('admin.people.unit')}
                    placeholder={t('admin.people.unit')}
                    style={{ flex: 1 }}
                    options={unitList}
                  />
                </Form.Item>
                <Button
                  type="text"
                  icon={<MinusCircleOutlined />}
                  aria-label={t('common.delete')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({})}>
              {t('admin.people.addRole')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
