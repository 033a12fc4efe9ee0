import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type FullCustomer,
  type FullCustomerInput,
  people,
  useAttributes,
} from '../../../api/records';
import { LANGUAGES } from '../../../lib/i18n';
import { SwitchField, TextField } from '../../../ui/crud/fields';
import type { Spec } from '../../../ui/crud/spec';
import { CUSTOMER } from '../kinds';
import { AttributeFields } from './AttributeFields';
import { written } from './values';

const IDENTIFIERS = ['phone', 'email', 'contract', 'telegram', 'tax_number'] as const;

function IdentifiersField() {
  const { t } = useTranslation();
  return (
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
                    options={IDENTIFIERS.map((value) => ({
                      value,
                      label: t(`admin.customers.kinds.${value}`),
                    }))}
                  />
                </Form.Item>
                <Form.Item
                  name={[row.name, 'value']}
                  className="fill"
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
  );
}

function Fields() {
  const { t } = useTranslation();
  const attributes = useAttributes(CUSTOMER);
  return (
    <>
      <TextField name="name" label={t('cards.customers.name')} />
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
      <IdentifiersField />
      <AttributeFields attributes={attributes} />
    </>
  );
}

/** The form of a customer: own fields, identifiers, and every attribute that is defined. */
export function useCustomerSpec(
  created?: (customer: FullCustomer) => void,
): Spec<FullCustomer, FullCustomerInput> {
  const { t } = useTranslation();
  const attributes = useAttributes(CUSTOMER);
  return {
    resource: people,
    read: 'customer.read',
    write: 'customer.write',
    title: t('nav.customers'),
    columns: [],
    name: (customer) => customer.name,
    initial: (row) =>
      row ?? { kind: 'individual', vip: false, identifiers: [{ kind: 'phone', value: '' }] },
    toInput: (values) => ({
      kind: values.kind,
      name: values.name,
      vip: values.vip ?? false,
      language: values.language ?? null,
      identifiers: values.identifiers ?? [],
      attributes: written(attributes, values.attributes),
    }),
    fields: () => <Fields />,
    ...(created ? { created } : {}),
  };
}
