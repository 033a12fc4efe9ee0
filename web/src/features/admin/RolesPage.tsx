import { Checkbox, Form, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Role, RoleInput } from '../../api/contract';
import { operations, roles } from '../../api/resources';
import { useAll } from '../../api/session';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { matrixRows } from './matrix';

/** Which operations belong to the role: a row a subject, a column read, write or what else there is. */
export function OperationMatrix({
  value = [],
  onChange,
}: {
  value?: string[];
  onChange?(value: string[]): void;
}) {
  const { t } = useTranslation();
  const list = useAll(operations);
  const chosen = new Set(value);
  const set = (name: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(name);
    else next.delete(name);
    onChange?.([...next].sort());
  };
  const rows = matrixRows(list.length > 0 ? list.map((operation) => operation.name) : value);
  const describe = (name: string) => list.find((operation) => operation.name === name)?.description;
  return (
    <table className="matrix">
      <thead>
        <tr>
          <th>{t('admin.roles.subject')}</th>
          <th>{t('admin.roles.read')}</th>
          <th>{t('admin.roles.write')}</th>
          <th>{t('admin.roles.other')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.subject}>
            <th scope="row">{row.subject}</th>
            {(['read', 'write'] as const).map((verb) => {
              const name = row[verb];
              return (
                <td key={verb}>
                  {name ? (
                    <Checkbox
                      checked={chosen.has(name)}
                      aria-label={name}
                      title={describe(name) ?? name}
                      onChange={(event) => set(name, event.target.checked)}
                    />
                  ) : null}
                </td>
              );
            })}
            <td>
              {row.other.map((name) => (
                <Checkbox
                  key={name}
                  checked={chosen.has(name)}
                  title={describe(name) ?? name}
                  onChange={(event) => set(name, event.target.checked)}
                >
                  {name}
                </Checkbox>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

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
              <OperationMatrix />
            </Form.Item>
          </>
        ),
      }}
    />
  );
}
