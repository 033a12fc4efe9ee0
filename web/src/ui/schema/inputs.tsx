import { AutoComplete, Input, InputNumber, Select, Space, Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '../../api/flow-types';
import { matches } from '../../lib/search';
import { type Choice, useHelp } from './context';

export interface InputProps<T> {
  id: string;
  /** What it is called, for who cannot see where it stands. */
  name: string;
  value: T | undefined;
  onChange(value: T | undefined): void;
}

const UNITS = { s: 1, min: 60, h: 3_600, d: 86_400 } as const;
type Unit = keyof typeof UNITS;
const BIGGEST_FIRST: Unit[] = ['d', 'h', 'min', 's'];

/** Seconds, written in the biggest unit that is even. */
export function Duration({ id, name, value, onChange }: InputProps<number>) {
  const { t } = useTranslation();
  const { readOnly } = useHelp();
  const even = BIGGEST_FIRST.find((one) => value && value % UNITS[one] === 0) ?? 's';
  const [wished, setWished] = useState<Unit>();
  const unit = wished && value !== undefined && value % UNITS[wished] === 0 ? wished : even;
  return (
    <Space.Compact style={{ width: '100%' }}>
      <InputNumber
        id={id}
        aria-label={name}
        min={0}
        precision={0}
        disabled={readOnly}
        style={{ flex: 1 }}
        value={value === undefined ? null : value / UNITS[unit]}
        onChange={(n) => onChange(n === null ? undefined : n * UNITS[unit])}
      />
      <Select<Unit>
        aria-label={t('schema.unit')}
        style={{ width: 96 }}
        disabled={readOnly}
        value={unit}
        options={BIGGEST_FIRST.map((one) => ({ value: one, label: t(`schema.units.${one}`) }))}
        onChange={(next) => {
          setWished(next);
          if (value !== undefined) onChange((value / UNITS[unit]) * UNITS[next]);
        }}
      />
    </Space.Compact>
  );
}

export function NumberInput({
  id,
  name,
  value,
  onChange,
  schema,
}: InputProps<number> & { schema: Schema }) {
  const { readOnly } = useHelp();
  return (
    <InputNumber
      id={id}
      aria-label={name}
      disabled={readOnly}
      style={{ width: '100%' }}
      {...(schema.minimum === undefined ? {} : { min: schema.minimum })}
      {...(schema.maximum === undefined ? {} : { max: schema.maximum })}
      {...(schema.type === 'integer' ? { precision: 0 } : {})}
      value={value ?? null}
      onChange={(n) => onChange(n ?? undefined)}
    />
  );
}

export function BooleanInput({ id, name, value, onChange }: InputProps<boolean>) {
  const { readOnly } = useHelp();
  return (
    <Switch
      id={id}
      aria-label={name}
      disabled={readOnly}
      checked={value === true}
      onChange={onChange}
    />
  );
}

const found = (text: string, option?: { label?: unknown; value?: unknown }) =>
  matches(`${String(option?.label ?? '')} ${String(option?.value ?? '')}`, text);

/** One of what is known; something else can still be written, because names may come later. */
export function ChoiceInput({
  id,
  name,
  value,
  onChange,
  options,
  strict,
}: InputProps<string> & { options: Choice[]; strict: boolean }) {
  const { readOnly } = useHelp();
  if (strict) {
    return (
      <Select
        id={id}
        aria-label={name}
        allowClear
        disabled={readOnly}
        value={value ?? null}
        options={options}
        showSearch={{ filterOption: found }}
        onChange={(next: string | null | undefined) => onChange(next || undefined)}
      />
    );
  }
  return (
    <AutoComplete
      id={id}
      aria-label={name}
      allowClear
      disabled={readOnly}
      style={{ width: '100%' }}
      value={value ?? ''}
      options={options}
      showSearch={{ filterOption: found }}
      onChange={(next: string | undefined) => onChange(next || undefined)}
    />
  );
}

/** A line of text, or several; expressions in the letters of code. */
export function TextInput({
  id,
  name,
  value,
  onChange,
  long,
  code,
  schema,
}: InputProps<string> & { long: boolean; code: boolean; schema: Schema }) {
  const { readOnly } = useHelp();
  const shared = {
    id,
    'aria-label': name,
    disabled: readOnly,
    value: value ?? '',
    className: code ? 'code' : '',
    spellCheck: !code,
    placeholder: typeof schema.examples?.[0] === 'string' ? schema.examples[0] : '',
    autoComplete: 'off',
  };
  const change = (event: { target: { value: string } }) =>
    onChange(event.target.value === '' ? undefined : event.target.value);
  if (!long && !code) return <Input {...shared} onChange={change} />;
  return (
    <Input.TextArea
      {...shared}
      autoSize={{ minRows: long && !code ? 2 : 1, maxRows: 8 }}
      onChange={change}
    />
  );
}

/** A value that may be a text, a number, or yes or no: told by how it is written. */
export function ScalarInput({ id, name, value, onChange }: InputProps<unknown>) {
  const { readOnly } = useHelp();
  const read = (text: string) => {
    if (text === '') return undefined;
    if (text === 'true' || text === 'false') return text === 'true';
    return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
  };
  return (
    <Input
      id={id}
      aria-label={name}
      className="code"
      disabled={readOnly}
      value={value === undefined || value === null ? '' : String(value)}
      onChange={(event) => onChange(read(event.target.value))}
    />
  );
}

/** Anything else, as JSON. What does not parse is said and not taken. */
export function JsonInput({ id, name, value, onChange }: InputProps<unknown>) {
  const { t } = useTranslation();
  const { readOnly } = useHelp();
  const [text, setText] = useState<string>();
  const [bad, setBad] = useState(false);
  const shown = text ?? (value === undefined ? '' : JSON.stringify(value, null, 2));
  const take = (next: string) => {
    setText(next);
    try {
      onChange(next.trim() === '' ? undefined : JSON.parse(next));
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return (
    <>
      <Input.TextArea
        id={id}
        aria-label={name}
        className="code"
        spellCheck={false}
        disabled={readOnly}
        status={bad ? 'error' : ''}
        autoSize={{ minRows: 2, maxRows: 14 }}
        value={shown}
        onChange={(event) => take(event.target.value)}
        onBlur={() => bad || setText(undefined)}
      />
      {bad ? <p className="fault">{t('schema.badJson')}</p> : null}
    </>
  );
}
