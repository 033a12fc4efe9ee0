import { Form, TreeSelect } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Unit, UnitInput } from '../../api/contract';
import { units } from '../../api/resources';
import { useAll } from '../../api/session';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { below } from './tree';

function Fields({ item }: { item: Unit | undefined }) {
  const { t } = useTranslation();
  const list = useAll(units);
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <Form.Item name="parent_id" label={t('admin.parent')}>
        <TreeSelect
          allowClear
          treeDefaultExpandAll
          placeholder={t('admin.top')}
          treeData={below(
            list.map(({ unit_id, name, parent_id }) => ({ id: unit_id, name, parent: parent_id })),
            item?.unit_id,
          )}
        />
      </Form.Item>
    </>
  );
}

export default function UnitsPage() {
  const { t } = useTranslation();
  const list = useAll(units);
  return (
    <CrudPage<Unit, UnitInput>
      spec={{
        resource: units,
        read: 'unit.read',
        write: 'unit.write',
        title: t('admin.page.units'),
        note: t('admin.unitsNote'),
        search: false,
        name: (unit) => unit.name,
        columns: [
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('admin.parent'),
            render: (_, unit) =>
              list.find((other) => other.unit_id === unit.parent_id)?.name ?? '—',
          },
        ],
        initial: (unit) => unit ?? { parent_id: null },
        toInput: (values) => ({ ...values, parent_id: values.parent_id ?? null }),
        fields: (item) => <Fields item={item} />,
      }}
    />
  );
}
