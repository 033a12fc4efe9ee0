import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select, Switch } from 'antd';
import { useTranslation } from 'react-i18next';
import { skills } from '../../api/resources';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import './crud.css';

/** The usual field: a label, a control, and whether it must be filled. */
export function TextField({
  name,
  label,
  optional,
  hint,
  password,
  fixed,
}: {
  name: string;
  label: string;
  optional?: boolean;
  hint?: string;
  password?: boolean;
  /** Shown, and no longer changed. */
  fixed?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={label}
      extra={hint}
      rules={optional ? [] : [{ required: true, whitespace: true, message: t('common.required') }]}
    >
      {password ? (
        <Input.Password autoComplete="new-password" />
      ) : (
        <Input
          autoComplete="off"
          readOnly={Boolean(fixed)}
          variant={fixed ? 'filled' : 'outlined'}
        />
      )}
    </Form.Item>
  );
}

export function NumberField({
  name,
  label,
  min = 0,
  max,
  unit,
  fixed,
}: {
  name: string | string[];
  label: string;
  min?: number;
  max?: number;
  unit?: string;
  /** Shown, and no longer changed. */
  fixed?: boolean;
}) {
  const { t } = useTranslation();
  return (
    <Form.Item
      name={name}
      label={unit ? `${label}, ${unit}` : label}
      rules={[{ required: true, message: t('common.required') }]}
    >
      <InputNumber
        min={min}
        {...(max === undefined ? {} : { max })}
        precision={0}
        readOnly={Boolean(fixed)}
        variant={fixed ? 'filled' : 'outlined'}
        controls={!fixed}
        style={{ width: '100%' }}
      />
    </Form.Item>
  );
}

export function SwitchField({ name, label }: { name: string; label: string }) {
  // A switch always says yes or no: the form must not call it optional.
  return (
    <Form.Item name={name} label={label} valuePropName="checked" required>
      <Switch />
    </Form.Item>
  );
}

/** A name in every language. */
export function LocalTextField({ label, name = 'name' }: { label: string; name?: string }) {
  const { t } = useTranslation();
  return LANGUAGES.map(({ code, name: language }) => (
    <Form.Item
      key={code}
      name={[name, code]}
      label={`${label}, ${language}`}
      rules={[{ required: true, whitespace: true, message: t('common.required') }]}
    >
      <Input />
    </Form.Item>
  ));
}

/** Skills with their levels, for queues and for operators. */
export function SkillsField({ label }: { label: string }) {
  const { t, i18n } = useTranslation();
  const options = useAll(skills).map((skill) => ({
    value: skill.id,
    label: localText(skill.name, i18n.language),
  }));
  return (
    <Form.Item label={label}>
      <Form.List name="skills">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div className="row list-row" key={row.key}>
                <Form.Item
                  name={[row.name, 'skill_id']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Select
                    aria-label={t('admin.skill')}
                    style={{ flex: 1 }}
                    options={options}
                    showSearch={{ optionFilterProp: 'label' }}
                  />
                </Form.Item>
                <Form.Item
                  name={[row.name, 'level']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <InputNumber min={1} max={10} precision={0} aria-label={t('admin.level')} />
                </Form.Item>
                <Button
                  type="text"
                  icon={<MinusCircleOutlined />}
                  aria-label={t('common.delete')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button type="dashed" icon={<PlusOutlined />} onClick={() => add({ level: 1 })}>
              {t('admin.addSkill')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
