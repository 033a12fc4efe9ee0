import { Form, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { DialledNumber, DialledNumberInput } from '../../api/contract';
import { flows, numbers } from '../../api/resources';
import { useAll } from '../../api/session';
import { phone } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { SwitchField, TextField } from '../../ui/crud/fields';

function Fields() {
  const { t } = useTranslation();
  const options = useAll(flows)
    .filter((flow) => flow.kind === 'ivr')
    .map((flow) => ({ value: flow.name, label: flow.name }));
  return (
    <>
      <TextField name="number" label={t('admin.numbers.number')} hint={t('admin.numbers.hint')} />
      <Form.Item
        name="flow"
        label={t('admin.numbers.flow')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select options={options} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      <TextField name="description" label={t('admin.numbers.description')} optional />
      <SwitchField name="enabled" label={t('admin.enabled')} />
    </>
  );
}

export default function NumbersPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<DialledNumber, DialledNumberInput>
      spec={{
        resource: numbers,
        read: 'number.read',
        write: 'number.write',
        title: t('admin.page.numbers'),
        note: t('admin.numbers.note'),
        name: (item) => item.number,
        columns: [
          { title: t('admin.numbers.number'), render: (_, item) => phone(item.number) },
          { title: t('admin.numbers.flow'), dataIndex: 'flow' },
          { title: t('admin.numbers.description'), dataIndex: 'description' },
          {
            title: t('admin.enabled'),
            render: (_, item) => (
              <Tag color={item.enabled ? 'success' : 'default'}>
                {t(item.enabled ? 'common.yes' : 'common.no')}
              </Tag>
            ),
          },
        ],
        initial: (item) => item ?? { enabled: true, description: '' },
        toInput: (values) => ({ ...values, description: values.description ?? '' }),
        fields: () => <Fields />,
      }}
    />
  );
}
