import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Customer, CustomerInput } from '../../api/contract';
import { customers } from '../../api/resources';
import { phone } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import { CrudPage } from '../../ui/crud/CrudPage';
import { SwitchField, TextField } from '../../ui/crud/fields';

const KINDS = ['phone', 'email', 'contract', 'telegram', 'tax_number'] as const;

function Fields() {
  const { t } = useTranslation();
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <div className="pair">
        <Form.Item name="kind" label={t('desk.customer.kind')} rules={[{ required: true }]}>
          <Select
            options={(['individual', 'organisation'] as const).map((value) => ({
              value,
              label: t(`desk.customer.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item name="language" label={t('nav.language')}>
          <Select
            allowClear
            options={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))}
          />
        </Form.Item>
      </div>
      <SwitchField name="vip" label="VIP" />
      <Form.Item label={t('admin.customers.identifiers')}>
        <Form.List name="identifiers">
          {(rows, { add, remove }) => (
            <>
              {rows.map((row) => (
                <div className="row list-row" key={row.key}>
                  <Form.Item name={[row.name, 'kind']} noStyle>
                    <Select
                      aria-label={t('desk.customer.kind')}
                      style={{ width: 150 }}
                      options={KINDS.map((value) => ({
                        value,
                        label: t(`admin.customers.kinds.${value}`),
                      }))}
                    />
                  </Form.Item>
                  <Form.Item
                    name={[row.name, 'value']}
                    noStyle
                    rules={[{ required: true, message: t('common.required') }]}
                  >
                    <Input aria-label={t('admin.customers.value')} />
                  </Form.Item>
                  <Button
                    type="text"
                    icon={<MinusCircleOutlined />}
                    aria-label={t('common.delete')}
                    onClick={() => remove(row.name)}
                  />
                </div>
              ))}
              <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ kind: 'phone' })}>
                {t('admin.customers.addIdentifier')}
              </Button>
            </>
          )}
        </Form.List>
      </Form.Item>
    </>
  );
}

export default function CustomersPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<Customer, CustomerInput>
      spec={{
        resource: customers,
        read: 'customer.read',
        write: 'customer.write',
        title: t('admin.page.customers'),
        note: t('admin.customers.note'),
        remove: false,
        name: (customer) => customer.name,
        columns: [
          { title: t('common.name'), render: (_, row) => `${row.vip ? '★ ' : ''}${row.name}` },
          { title: t('desk.customer.kind'), render: (_, row) => t(`desk.customer.${row.kind}`) },
          {
            title: t('admin.customers.identifiers'),
            render: (_, row) =>
              (row.identifiers ?? [])
                .map(({ kind, value }) => (kind === 'phone' ? phone(value) : value))
                .join(', '),
          },
          {
            title: t('nav.language'),
            render: (_, row) => (row.language ? t(`locale.${row.language}`) : '—'),
          },
        ],
        initial: (row) =>
          row ?? { kind: 'individual', vip: false, identifiers: [{ kind: 'phone', value: '' }] },
        toInput: (values) => ({
          ...values,
          language: values.language ?? null,
          identifiers: values.identifiers ?? [],
        }),
        fields: () => <Fields />,
      }}
    />
  );
}
