import { Checkbox, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Operation, Role } from '../../api/contract';
import { useChange } from '../../api/query';
import { operations, roles } from '../../api/resources';
import { useAll, useCan } from '../../api/session';
import { PageHead } from '../../ui/PageHead';
import { useSay } from '../../ui/say';
import { toggled } from './matrix';

/** Which role allows which operation: a row an operation, a column a role. A tick holds from the next request on. */
export default function OperationsPage() {
  const { t } = useTranslation();
  const say = useSay();
  const may = useCan('role.write');
  const list = useAll(operations);
  const roleList = useAll(roles);
  const change = useChange(
    ({ role, operation, on }: { role: Role; operation: string; on: boolean }) =>
      roles.change(role.role_id, role.version, {
        name: role.name,
        operations: toggled(role.operations, operation, on),
      }),
    [roles.path],
  );
  const tick = (role: Role, operation: string, on: boolean) =>
    change.mutateAsync({ role, operation, on }).then(() => say.done(t('common.saved')), say.failed);
  return (
    <>
      <PageHead title={t('admin.page.operations')} note={t('admin.operations.note')} />
      <Table<Operation>
        rowKey={(operation) => operation.name}
        dataSource={list}
        pagination={false}
        size="small"
        scroll={{ x: 'max-content' }}
        sticky
        columns={[
          {
            title: t('admin.operations.operation'),
            fixed: 'left',
            render: (_, operation) => (
              <span title={operation.description}>
                <code>{operation.name}</code>
              </span>
            ),
          },
          ...roleList.map((role) => ({
            key: role.role_id,
            title: role.name,
            align: 'center' as const,
            render: (_: unknown, operation: Operation) => (
              <Checkbox
                checked={role.operations.includes(operation.name)}
                disabled={!may || role.is_built_in || change.isPending}
                aria-label={`${role.name}: ${operation.name}`}
                onChange={(event) => void tick(role, operation.name, event.target.checked)}
              />
            ),
          })),
        ]}
      />
    </>
  );
}
