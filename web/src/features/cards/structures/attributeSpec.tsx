import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  ATTRIBUTE_TYPES,
  type Attribute,
  type AttributeInput,
  attributes,
} from '../../../api/records';
import { roles } from '../../../api/resources';
import { useAll } from '../../../api/session';
import { localText } from '../../../lib/format';
import { LANGUAGES } from '../../../lib/i18n';
import { LocalTextField, SwitchField, TextField } from '../../../ui/crud/fields';
import type { Spec } from '../../../ui/crud/spec';
import { NameFollows } from '../../../ui/NameFollows';
import { useKinds } from '../kinds';

export const KEY_PATTERN = /^[a-z][a-z0-9_]*$/;
const NUMERIC = ['number', 'decimal'];

export function KeyField({ fixed }: { fixed: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {fixed ? null : <NameFollows to="key" joint="_" />}
      <Form.Item
        name="key"
        label={t('cards.attribute.key')}
        extra={t('cards.attribute.keyHint')}
        rules={[
          { required: true, message: t('common.required') },
          { pattern: KEY_PATTERN, message: t('cards.attribute.keyBad') },
        ]}
      >
        <Input autoComplete="off" spellCheck={false} disabled={fixed} maxLength={40} />
      </Form.Item>
    </>
  );
}

function ChoicesField() {
  const { t } = useTranslation();
  return (
    <Form.Item label={t('cards.attribute.choices')} required>
      <Form.List
        name="choices"
        rules={[
          {
            validator: (_, rows) =>
              rows?.length
                ? Promise.resolve()
                : Promise.reject(new Error(t('cards.attribute.needChoices'))),
          },
        ]}
      >
        {(rows, { add, remove }, { errors }) => (
          <>
            {rows.map((row) => (
              <div className="choice-row" key={row.key}>
                <Form.Item
                  name={[row.name, 'value']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Input
                    aria-label={t('cards.attribute.choiceValue')}
                    placeholder={t('cards.attribute.choiceValue')}
                  />
                </Form.Item>
                {LANGUAGES.map(({ code, name }) => (
                  <Form.Item key={code} name={[row.name, 'title', code]} noStyle>
                    <Input
                      aria-label={t('cards.attribute.choiceTitle', { language: name })}
                      placeholder={name}
                    />
                  </Form.Item>
                ))}
                <Button
                  type="text"
                  icon={<MinusCircleOutlined />}
                  aria-label={t('common.delete')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Form.ErrorList errors={errors} />
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({})}>
              {t('cards.attribute.addChoice')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

export function RolesField({ name, label, empty }: { name: string; label: string; empty: string }) {
  const options = useAll(roles).map((role) => ({ value: role.role_id, label: role.name }));
  return (
    <Form.Item name={name} label={label}>
      <Select mode="multiple" allowClear placeholder={empty} options={options} />
    </Form.Item>
  );
}

function Fields({ item }: { item: Attribute | undefined }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<AttributeInput>();
  const type = Form.useWatch('type', form);
  const { options } = useKinds();
  return (
    <>
      <LocalTextField label={t('cards.attribute.title')} name="title" />
      <Form.Item name="position" hidden>
        <InputNumber />
      </Form.Item>
      <KeyField fixed={Boolean(item)} />
      <Form.Item name="type" label={t('cards.attribute.type')} rules={[{ required: true }]}>
        <Select
          disabled={Boolean(item)}
          options={ATTRIBUTE_TYPES.map((value) => ({ value, label: t(`cards.type.${value}`) }))}
        />
      </Form.Item>
      {NUMERIC.includes(type) ? (
        <TextField
          name="unit"
          label={t('cards.attribute.unit')}
          hint={t('cards.attribute.unitHint')}
          optional
        />
      ) : null}
      {type === 'choice' || type === 'choices' ? <ChoicesField /> : null}
      {type === 'link' ? (
        <Form.Item
          name="link_to"
          label={t('cards.attribute.linkTo')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select disabled={Boolean(item)} options={options} />
        </Form.Item>
      ) : null}
      <div className="pair">
        <SwitchField name="required" label={t('cards.attribute.required')} />
        <SwitchField name="unique" label={t('cards.attribute.unique')} />
        <SwitchField name="searchable" label={t('cards.attribute.searchable')} />
        <SwitchField name="indexed" label={t('cards.attribute.indexed')} />
      </div>
      <RolesField
        name="readers"
        label={t('cards.attribute.readers')}
        empty={t('cards.attribute.everybody')}
      />
      <RolesField
        name="editors"
        label={t('cards.attribute.editors')}
        empty={t('cards.attribute.everybodyEdits')}
      />
    </>
  );
}

export const orNull = (roles: string[] | null | undefined) => (roles?.length ? roles : null);

/** The form of one attribute of a card. */
export function useAttributeSpec(of: string, count: number): Spec<Attribute, AttributeInput> {
  const { t, i18n } = useTranslation();
  return {
    resource: attributes,
    read: 'customer.read',
    write: 'structure.write',
    title: t('cards.attribute.one'),
    columns: [],
    name: (item) => localText(item.title, i18n.language),
    initial: (item) =>
      item ?? {
        type: 'text',
        choices: [],
        required: false,
        unique: false,
        searchable: false,
        indexed: false,
      },
    toInput: (values) => ({
      of,
      key: values.key,
      title: values.title,
      type: values.type,
      unit: NUMERIC.includes(values.type) ? values.unit || null : null,
      choices: values.type.startsWith('choice') ? values.choices : [],
      link_to: values.type === 'link' ? (values.link_to ?? null) : null,
      required: values.required,
      unique: values.unique,
      searchable: values.searchable,
      indexed: values.indexed,
      readers: orNull(values.readers),
      editors: orNull(values.editors),
      position: values.position ?? count,
    }),
    fields: (item) => <Fields item={item} />,
  };
}
