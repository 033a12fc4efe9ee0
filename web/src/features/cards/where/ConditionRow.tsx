import { MinusCircleOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import { type Condition, opsOf } from '../../../lib/attributes';
import type { Filterable } from './fields';

const WIDTH = { width: 240 };

function ValueInput({
  field,
  condition,
  onChange,
}: {
  field: Filterable | undefined;
  condition: Condition;
  onChange(value: unknown): void;
}) {
  const { t } = useTranslation();
  const label = t('cards.customers.value');
  const { value, op } = condition;
  if (op === 'is_set' || op === 'is_empty') return null;
  const type = field?.type ?? 'text';
  if (type === 'boolean')
    return (
      <Select
        aria-label={label}
        style={WIDTH}
        value={value}
        onChange={onChange}
        options={[
          { value: true, label: t('common.yes') },
          { value: false, label: t('common.no') },
        ]}
      />
    );
  if (field?.choices.length)
    return (
      <Select
        aria-label={label}
        style={WIDTH}
        {...(op === 'in' ? { mode: 'multiple' as const } : {})}
        value={value}
        onChange={onChange}
        options={field.choices.map((choice) => ({ value: choice.value, label: choice.title }))}
      />
    );
  if (type === 'number' || type === 'decimal')
    return (
      <InputNumber
        aria-label={label}
        style={WIDTH}
        stringMode
        value={(value as string) ?? null}
        onChange={onChange}
        {...(field?.unit ? { suffix: field.unit } : {})}
      />
    );
  if (type === 'date' || type === 'datetime')
    return (
      <DatePicker
        aria-label={label}
        style={WIDTH}
        showTime={type === 'datetime'}
        value={value ? dayjs(String(value)) : null}
        onChange={(at) => onChange(type === 'date' ? at?.format('YYYY-MM-DD') : at?.toISOString())}
      />
    );
  return (
    <Input
      aria-label={label}
      style={WIDTH}
      value={(value as string) ?? ''}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

/** One condition: a field, a comparison that fits its type, and a value. */
export function ConditionRow({
  fields,
  condition,
  onChange,
  onRemove,
}: {
  fields: Filterable[];
  condition: Condition;
  onChange(condition: Condition): void;
  onRemove(): void;
}) {
  const { t } = useTranslation();
  const field = fields.find((one) => one.path === condition.field);
  return (
    <div className="row condition">
      <Select
        aria-label={t('cards.customers.field')}
        style={{ width: 220 }}
        showSearch={{ optionFilterProp: 'label' }}
        value={condition.field || null}
        placeholder={t('cards.customers.field')}
        options={fields.map(({ path, title }) => ({ value: path, label: title }))}
        onChange={(path) => {
          const type = fields.find((one) => one.path === path)?.type ?? 'text';
          onChange({ field: path, op: opsOf(type)[0] ?? 'eq' });
        }}
      />
      <Select
        aria-label={t('cards.customers.op')}
        style={{ width: 150 }}
        value={condition.op}
        options={opsOf(field?.type ?? 'text').map((op) => ({
          value: op,
          label: t(`cards.op.${op}`),
        }))}
        onChange={(op) => onChange({ field: condition.field, op, value: undefined })}
      />
      <ValueInput
        field={field}
        condition={condition}
        onChange={(value) => onChange({ ...condition, value })}
      />
      <Button
        type="text"
        icon={<MinusCircleOutlined />}
        aria-label={t('common.delete')}
        onClick={onRemove}
      />
    </div>
  );
}
