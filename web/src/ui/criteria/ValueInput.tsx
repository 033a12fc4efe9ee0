import { DatePicker, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Condition } from '../../api/automation';
import { shapeOf } from '../decision/fields';
import type { KnownField } from '../decision/known';
import { useConditions } from './Conditions';
import { KnownInput, KnownList } from './KnownInput';

interface OneProps {
  value: unknown;
  field: KnownField | undefined;
  label: string;
  /** Whether it usually is an entry of the field's list. */
  known?: boolean;
  onChange(value: unknown): void;
}

/** One value, by the type of the field. */
function One({ value, field, label, known, onChange }: OneProps) {
  const { t } = useTranslation();
  const { mayWrite } = useConditions();
  const common = { 'aria-label': label, disabled: !mayWrite, className: 'condition-value' };
  switch (field?.type) {
    case 'number':
      return (
        <InputNumber
          {...common}
          value={typeof value === 'number' ? value : null}
          {...(field.unit ? { suffix: field.unit } : {})}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case 'boolean':
      return (
        <Select
          {...common}
          value={value === true ? 'yes' : 'no'}
          options={[
            { value: 'yes', label: t('rules.builder.yes') },
            { value: 'no', label: t('rules.builder.no') },
          ]}
          onChange={(next) => onChange(next === 'yes')}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          showSearch={{ optionFilterProp: 'label' }}
          value={value === undefined ? null : String(value)}
          options={field.choices.map((choice) => ({
            value: choice.value,
            label: choice.title || choice.value,
          }))}
          onChange={(next) => onChange(next ?? undefined)}
        />
      );
    case 'date':
    case 'datetime':
      return (
        <DatePicker
          {...common}
          showTime={field.type === 'datetime'}
          value={typeof value === 'string' && value ? dayjs(value) : null}
          onChange={(next: dayjs.Dayjs | null) =>
            onChange(
              next
                ? field.type === 'date'
                  ? next.format('YYYY-MM-DD')
                  : next.toISOString()
                : undefined,
            )
          }
        />
      );
    default:
      if (known) return <KnownInput {...common} field={field} value={value} onChange={onChange} />;
      return (
        <Input
          {...common}
          value={value === undefined || value === null ? '' : String(value)}
          onChange={(event) => onChange(event.target.value)}
        />
      );
  }
}

/** The number that a text means in a list of numbers; the text itself when it means none. */
const typed = (text: string, field: KnownField | undefined): string | number =>
  field?.type === 'number' && text.trim() !== '' && Number.isFinite(Number(text))
    ? Number(text)
    : text;

/** What the field is compared with: nothing, one value, two, or a list. */
export function ValueInput({
  condition,
  field,
  onChange,
}: {
  condition: Condition;
  field: KnownField | undefined;
  onChange(value: unknown): void;
}) {
  const { t } = useTranslation();
  const { mayWrite } = useConditions();
  const { value, op } = condition;
  const list = Array.isArray(value) ? value : [];
  // A part of a text is no entry of its list; a part of a list is one.
  const whole = op === 'eq' || op === 'ne' || field?.type === 'list';
  const known = whole && Boolean(field?.choices.length);
  switch (shapeOf(op)) {
    case 'none':
      return <span className="condition-value" />;
    case 'two':
      return (
        <span className="row condition-two">
          <One
            value={list[0] ?? undefined}
            field={field}
            label={t('rules.builder.valueFrom')}
            onChange={(next) => onChange([next ?? null, list[1] ?? null])}
          />
          –
          <One
            value={list[1] ?? undefined}
            field={field}
            label={t('rules.builder.valueTo')}
            onChange={(next) => onChange([list[0] ?? null, next ?? null])}
          />
        </span>
      );
    case 'many':
      return (
        <KnownList
          className="condition-value"
          aria-label={t('rules.builder.values')}
          disabled={!mayWrite}
          field={field}
          value={list.map(String)}
          onChange={(next) => onChange(next.map((one) => typed(one, field)))}
        />
      );
    case 'one':
      return (
        <One
          value={value}
          field={field}
          known={known}
          label={t('rules.builder.value')}
          onChange={onChange}
        />
      );
  }
}
