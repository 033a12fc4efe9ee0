import { Checkbox, Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Operation, Role } from '../../api/contract';
import { useChange } from '../../api/query';
import { operations, roles } from '../../api/resources';
import { useAll, useCan } from '../../api/session';
import { STICKY } from '../../lib/scroller';
import { PageHead } from '../../ui/PageHead';
import { useSay } from '../../ui/say';
import { toggled } from './matrix';
import { byGroup, operationText } from './OperationList';

/** An operation, or the heading of a group of them. */
type Row = Operation | { name: string; title: string };

/** Which role allows which operation: a row an operation, a column a role. A tick holds from the next request on. */
export default function OperationsPage() {
  const { t } = useTranslation();
  const say = useSay();
  const may = useCan('role.write');
  const rows = byGroup(useAll(operations)).flatMap<Row>(([group, members]) => [
    { name: group, title: t(`admin.operations.groups.${group}`) },
    ...members,
  ]);
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
      <Table<Row>
        rowKey={(row) => row.name}
        className="panel"
        dataSource={rows}
        pagination={false}
        size="small"
        scroll={{ x: 'max-content' }}
        sticky={STICKY}
        columns={[
          {
            title: t('admin.operations.operation'),
            fixed: 'left',
            width: 320,
            render: (_, row) =>
              'title' in row ? (
                <strong>{row.title}</strong>
              ) : (
                <span className="operation" title={row.name}>
                  {operationText(row.name)}
                </span>
              ),
          },
          ...roleList.map((role) => ({
            key: role.role_id,
            title: role.name,
            align: 'center' as const,
            render: (_: unknown, row: Row) =>
              'title' in row ? null : (
                <Checkbox
                  checked={role.operations.includes(row.name)}
                  disabled={!may || role.is_built_in || change.isPending}
                  aria-label={`${role.name}: ${operationText(row.name)}`}
                  onChange={(event) => void tick(role, row.name, event.target.checked)}
                />
              ),
          })),
        ]}
      />
    </>
  );
}
