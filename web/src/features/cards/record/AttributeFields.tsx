import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Attribute } from '../../../api/records';
import { localText } from '../../../lib/format';
import { RecordPicker } from '../../../ui/RecordPicker';

/** Attributes that fill a whole row of the form. */
const WIDE = ['choices', 'url', 'link'];

function Control({ of, ...rest }: { of: Attribute }) {
  const { t, i18n } = useTranslation();
  const options = (of.choices ?? []).map(({ value, title }) => ({
    value,
    label: localText(title, i18n.language) || value,
  }));
  switch (of.type) {
    case 'number':
    case 'decimal':
      return (
        <InputNumber
          stringMode
          style={{ width: '100%' }}
          {...rest}
          {...(of.type === 'number' ? { precision: 0 } : {})}
          {...(of.unit ? { suffix: of.unit } : {})}
        />
      );
    case 'boolean':
      return (
        <Select
          allowClear={!of.required}
          {...rest}
          options={[
            { value: true, label: t('common.yes') },
            { value: false, label: t('common.no') },
          ]}
        />
      );
    case 'choice':
      return (
        <Select
          allowClear={!of.required}
          {...rest}
          options={options}
          showSearch={{ optionFilterProp: 'label' }}
        />
      );
    case 'choices':
      return <Select mode="multiple" allowClear {...rest} options={options} />;
    case 'date':
      return <DatePicker style={{ width: '100%' }} {...rest} />;
    case 'datetime':
      return <DatePicker showTime style={{ width: '100%' }} {...rest} />;
    case 'link':
      return <RecordPicker of={of.link_to ?? 'customer'} label="" {...rest} />;
    default:
      return <Input autoComplete="off" {...rest} />;
  }
}

/** Days and moments are texts outside and days inside the form. */
function dayProps(type: string) {
  if (type !== 'date' && type !== 'datetime') return {};
  return {
    getValueProps: (value: unknown) => ({ value: value ? dayjs(String(value)) : null }),
    normalize: (value: Dayjs | null) =>
      value ? (type === 'date' ? value.format('YYYY-MM-DD') : value.toISOString()) : null,
  };
}

/** A field for every attribute, made from its definition; what the role may not change is shown only. */
export function AttributeFields({ attributes }: { attributes: Attribute[] }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="pair">
      {attributes.map((of) => {
        return (
          <Form.Item
            key={of.key}
            name={['attributes', of.key]}
            label={localText(of.title, i18n.language) || of.key}
            {...(WIDE.includes(of.type) ? { className: 'whole' } : {})}
            rules={of.required ? [{ required: true, message: t('common.required') }] : []}
            {...dayProps(of.type)}
          >
            <Control of={of} />
          </Form.Item>
        );
      })}
    </div>
  );
}
