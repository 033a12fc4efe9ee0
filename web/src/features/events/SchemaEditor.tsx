import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Checkbox, Input, Segmented, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JsonSchema } from '../../api/automation';
import { FIELD_TYPES, type FieldType, fieldsOf, type SchemaField, schemaOf } from './schema';

const FRESH: SchemaField = { key: '', title: '', type: 'string', choices: [], required: false };

function FieldRow({
  field,
  onChange,
  onRemove,
}: {
  field: SchemaField;
  onChange(change: Partial<SchemaField>): void;
  onRemove(): void;
}) {
  const { t } = useTranslation();
  return (
    <div className="field-row">
      <Input
        aria-label={t('events.types.fieldKey')}
        placeholder={t('events.types.fieldKey')}
        value={field.key}
        onChange={(event) => onChange({ key: event.target.value.trim() })}
      />
      <Input
        aria-label={t('events.types.fieldTitle')}
        placeholder={t('events.types.fieldTitle')}
        value={field.title}
        onChange={(event) => onChange({ title: event.target.value })}
      />
      <Select<FieldType>
        aria-label={t('events.types.fieldType')}
        value={field.type}
        options={FIELD_TYPES.map((value) => ({
          disabled: value === 'other',
          value,
          label: t(`events.types.fieldTypes.${value}`),
        }))}
        onChange={(type) => onChange({ type })}
      />
      <Checkbox
        checked={field.required}
        onChange={(event) => onChange({ required: event.target.checked })}
      >
        {t('events.types.mandatory')}
      </Checkbox>
      <Button
        type="text"
        icon={<CloseOutlined aria-hidden />}
        aria-label={t('events.types.removeField', { name: field.key })}
        onClick={onRemove}
      />
      {field.type === 'enum' ? (
        <Select<string[]>
          mode="tags"
          className="field-choices"
          aria-label={t('events.types.choices')}
          placeholder={t('events.types.choices')}
          tokenSeparators={[',', ';']}
          value={field.choices}
          onChange={(choices) => onChange({ choices })}
        />
      ) : null}
    </div>
  );
}

/** The fields of an event as a form where that is possible, and as JSON Schema always. */
export function SchemaEditor({
  value = { type: 'object', properties: {} },
  onChange,
}: {
  value?: JsonSchema;
  onChange?: (schema: JsonSchema) => void;
}) {
  const { t } = useTranslation();
  const [fields, setFields] = useState(() => fieldsOf(value));
  const [json, setJson] = useState<string | undefined>(() =>
    fieldsOf(value) ? undefined : JSON.stringify(value, null, 2),
  );
  const [bad, setBad] = useState(false);
  const put = (next: SchemaField[]) => {
    setFields(next);
    onChange?.(schemaOf(next, value));
  };
  const write = (text: string) => {
    setJson(text);
    try {
      const schema: JsonSchema = JSON.parse(text);
      setBad(false);
      setFields(fieldsOf(schema));
      onChange?.(schema);
    } catch {
      setBad(true);
    }
  };
  return (
    <>
      <Segmented<boolean>
        size="small"
        style={{ marginBottom: 10, display: 'flex', width: 'fit-content' }}
        aria-label={t('events.types.fields')}
        value={json !== undefined}
        options={[
          { value: false, label: t('events.types.form'), disabled: !fields || bad },
          { value: true, label: t('events.types.schema') },
        ]}
        onChange={(asJson) => setJson(asJson ? JSON.stringify(value, null, 2) : undefined)}
      />
      {json === undefined && fields ? (
        <>
          {fields.map((field, index) => (
            <FieldRow
              // biome-ignore lint/suspicious/noArrayIndexKey: the key of a field is edited
              key={index}
              field={field}
              onChange={(change) =>
                put(fields.map((one, at) => (at === index ? { ...one, ...change } : one)))
              }
              onRemove={() => put(fields.filter((_, at) => at !== index))}
            />
          ))}
          <Button
            type="dashed"
            icon={<PlusOutlined aria-hidden />}
            onClick={() => put([...fields, FRESH])}
          >
            {t('events.types.addField')}
          </Button>
        </>
      ) : (
        <>
          {fields ? null : (
            <Alert
              type="info"
              style={{ marginBottom: 8 }}
              title={t(bad ? 'events.types.badSchema' : 'events.types.notSimple')}
            />
          )}
          <Input.TextArea
            className="code"
            autoSize={{ minRows: 10, maxRows: 24 }}
            spellCheck={false}
            aria-label={t('events.types.schema')}
            status={bad ? 'error' : ''}
            value={json ?? ''}
            onChange={(event) => write(event.target.value)}
          />
        </>
      )}
    </>
  );
}
