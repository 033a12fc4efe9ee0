import { DatePicker, Input, InputNumber, Segmented, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonSchema } from '../api/automation';
import { localText } from '../lib/format';
import './event-form.css';

export type Values = Record<string, unknown>;

/** How people call a field: in their language where the type says it. */
export function labelOf(name: string, schema: JsonSchema, language: string): string {
  const titles = schema['x-title'];
  const local =
    titles && typeof titles === 'object'
      ? localText(titles as Record<string, string>, language)
      : '';
  return local || schema.title || name;
}

/** How people call a value of a list. */
export function choiceOf(value: string, schema: JsonSchema, language: string): string {
  const choices = schema['x-choices'] as Record<string, Record<string, string>> | undefined;
  return localText(choices?.[value], language) || value;
}

const typeOf = (schema: JsonSchema): string | undefined =>
  Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;

/** Whether a field of the schema has a control of its own; the others are written as JSON. */
export const isSimple = (schema: JsonSchema): boolean =>
  Boolean(schema.enum) || ['string', 'number', 'integer', 'boolean'].includes(typeOf(schema) ?? '');

function Control({
  name,
  schema,
  value,
  onChange,
}: {
  name: string;
  schema: JsonSchema;
  value: unknown;
  onChange(value: unknown): void;
}) {
  const { t, i18n } = useTranslation();
  const label = labelOf(name, schema, i18n.language);
  const type = typeOf(schema);
  if (schema.enum)
    return (
      <Select
        allowClear
        aria-label={label}
        showSearch={{ optionFilterProp: 'label' }}
        value={value === undefined ? null : String(value)}
        options={schema.enum.map((one) => ({
          value: String(one),
          label: choiceOf(String(one), schema, i18n.language),
        }))}
        onChange={(next) => onChange(schema.enum?.find((one) => String(one) === next))}
      />
    );
  if (type === 'boolean')
    return (
      <Select
        allowClear
        aria-label={label}
        value={typeof value === 'boolean' ? String(value) : null}
        options={[
          { value: 'true', label: t('common.yes') },
          { value: 'false', label: t('common.no') },
        ]}
        onChange={(next) => onChange(next === undefined ? undefined : next === 'true')}
      />
    );
  if (type === 'number' || type === 'integer')
    return (
      <InputNumber
        aria-label={label}
        style={{ width: '100%' }}
        {...(type === 'integer' ? { precision: 0 } : {})}
        value={typeof value === 'number' ? value : null}
        onChange={(next) => onChange(next ?? undefined)}
      />
    );
  if (schema.format === 'date' || schema.format === 'date-time')
    return (
      <DatePicker
        aria-label={label}
        style={{ width: '100%' }}
        showTime={schema.format === 'date-time'}
        value={typeof value === 'string' ? dayjs(value) : null}
        onChange={(next: dayjs.Dayjs | null) =>
          onChange(
            next && (schema.format === 'date' ? next.format('YYYY-MM-DD') : next.toISOString()),
          )
        }
      />
    );
  return (
    <Input
      aria-label={label}
      value={typeof value === 'string' ? value : ''}
      onChange={(event) => onChange(event.target.value || undefined)}
    />
  );
}

/** The data of an event, as a form of its schema or as JSON. What the form cannot show stays as it is. */
export function EventForm({
  schema,
  first,
  values,
  onChange,
}: {
  schema: JsonSchema | undefined;
  /** Names of the fields that matter here; with the required ones they come first, the others are folded. */
  first?: readonly string[];
  values: Values;
  onChange(values: Values): void;
}) {
  const { t, i18n } = useTranslation();
  const fields = Object.entries(schema?.properties ?? {}).filter(([, field]) => isSimple(field));
  const [json, setJson] = useState<string>();
  const [bad, setBad] = useState(false);
  const asJson = json !== undefined || fields.length === 0;
  const text = json ?? JSON.stringify(values, null, 2);
  const matters = ([name]: [string, JsonSchema]) =>
    !first?.length ||
    first.includes(name) ||
    schema?.required?.includes(name) ||
    values[name] !== undefined;
  const leading = fields.filter(matters);
  const others = fields.filter((field) => !matters(field));
  const drawn = ([name, field]: [string, JsonSchema]) => (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is inside
    <label key={name} className="event-field">
      <span>
        {labelOf(name, field, i18n.language)}
        {schema?.required?.includes(name) ? ' *' : ''}
      </span>
      <Control
        name={name}
        schema={field}
        value={values[name]}
        onChange={(value) => put(name, value)}
      />
    </label>
  );
  const put = (name: string, value: unknown) => {
    const { [name]: _, ...rest } = values;
    onChange(value === undefined || value === null ? rest : { ...rest, [name]: value });
  };
  const write = (next: string) => {
    setJson(next);
    try {
      onChange(JSON.parse(next));
      setBad(false);
    } catch {
      setBad(true);
    }
  };
  return (
    <div className="event-form">
      {fields.length > 0 ? (
        <Segmented<boolean>
          size="small"
          value={asJson}
          options={[
            { value: false, label: t('rules.trial.form') },
            { value: true, label: t('rules.trial.json') },
          ]}
          onChange={(next) => {
            setJson(next ? JSON.stringify(values, null, 2) : undefined);
            setBad(false);
          }}
        />
      ) : null}
      {asJson ? (
        <>
          <Input.TextArea
            data-own-undo
            className="code"
            autoSize={{ minRows: 6, maxRows: 20 }}
            spellCheck={false}
            aria-label={t('rules.trial.json')}
            status={bad ? 'error' : ''}
            value={text}
            onChange={(event) => write(event.target.value)}
          />
          {bad ? (
            <p className="fault" role="alert">
              {t('rules.trial.badJson')}
            </p>
          ) : null}
        </>
      ) : (
        <>
          <div className="event-fields">{leading.map(drawn)}</div>
          {others.length > 0 ? (
            <details>
              <summary>{t('rules.trial.otherFields', { n: others.length })}</summary>
              <div className="event-fields">{others.map(drawn)}</div>
            </details>
          ) : null}
        </>
      )}
    </div>
  );
}
