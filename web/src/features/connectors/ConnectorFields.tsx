import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { AUTH_KINDS, type Connector, type ConnectorForm, METHODS } from '../../api/work-types';
import { TextField } from '../../ui/crud/fields';

const shown = (schema: unknown) => (schema == null ? '' : JSON.stringify(schema, null, 2));
const read = (text: string | undefined): unknown => (text?.trim() ? JSON.parse(text) : null);

/** A second and a half: an operator waits for it with the customer on the line. */
const TIMEOUT_MS = 1_500;

export function toForm(connector: Connector | undefined): Partial<ConnectorForm> {
  if (!connector) return { auth: { kind: 'none' }, operations: [] };
  const { name, base_url, auth, operations } = connector;
  return {
    name,
    base_url,
    auth: { kind: auth?.kind ?? 'none', name: auth?.name ?? null },
    operations: operations.map(({ input_schema, output_schema, ...rest }) => ({
      ...rest,
      input: shown(input_schema),
      output: shown(output_schema),
    })),
  };
}

/** What is sent. A secret that was not written stays as it is. */
export function fromForm(form: ConnectorForm): ConnectorForm {
  const { secret, ...auth } = form.auth;
  return {
    ...form,
    auth: { ...auth, ...(secret ? { secret } : {}) },
    operations: (form.operations ?? []).map(({ input, output, ...rest }) => ({
      ...rest,
      input_schema: read(input),
      output_schema: read(output),
    })),
  };
}

function SchemaField({ name, field, label }: { name: number; field: string; label: string }) {
  const { t } = useTranslation();
  const rule = {
    validator: (_: unknown, text?: string) => {
      try {
        read(text);
        return Promise.resolve();
      } catch {
        return Promise.reject(new Error(t('schema.badJson')));
      }
    },
  };
  return (
    <Form.Item name={[name, field]} label={label} rules={[rule]}>
      <Input.TextArea className="code" spellCheck={false} autoSize={{ minRows: 1, maxRows: 8 }} />
    </Form.Item>
  );
}

function Operation({ name, onRemove }: { name: number; onRemove(): void }) {
  const { t } = useTranslation();
  const needed = [{ required: true, whitespace: true, message: t('common.required') }];
  return (
    <fieldset className="connector-operation">
      <div className="row operation-head">
        <Form.Item name={[name, 'key']} label={t('flows.field.key')} rules={needed}>
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name={[name, 'method']} label={t('connectors.method')} required>
          <Select options={METHODS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Button
          type="text"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t('connectors.removeOperation')}
          onClick={onRemove}
        />
      </div>
      <Form.Item
        name={[name, 'path']}
        label={t('connectors.path')}
        extra={t('connectors.pathHint')}
        rules={needed}
      >
        <Input className="code" autoComplete="off" />
      </Form.Item>
      <div className="pair">
        <Form.Item name={[name, 'timeout_ms']} label={t('connectors.timeout')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item
          name={[name, 'cache_seconds']}
          label={t('connectors.cache')}
          extra={t('connectors.cacheHint')}
        >
          <InputNumber min={0} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <SchemaField name={name} field="input" label={t('connectors.inputSchema')} />
      <SchemaField name={name} field="output" label={t('connectors.outputSchema')} />
    </fieldset>
  );
}

export function ConnectorFields({ known }: { known: boolean }) {
  const { t } = useTranslation();
  const kind = Form.useWatch(['auth', 'kind']) as string | undefined;
  return (
    <>
      <TextField name="name" label={t('common.name')} hint={t('connectors.nameHint')} />
      <TextField
        name="base_url"
        label={t('connectors.address')}
        hint="https://billing.example/api"
      />
      <Form.Item name={['auth', 'kind']} label={t('connectors.auth')} required>
        <Select
          options={AUTH_KINDS.map((value) => ({ value, label: t(`connectors.authKind.${value}`) }))}
        />
      </Form.Item>
      {kind === 'basic' || kind === 'header' ? (
        <Form.Item name={['auth', 'name']} label={t(`connectors.authName.${kind}`)}>
          <Input autoComplete="off" />
        </Form.Item>
      ) : null}
      {kind && kind !== 'none' ? (
        <Form.Item
          name={['auth', 'secret']}
          label={t('connectors.secret')}
          extra={known ? t('connectors.secretKept') : undefined}
        >
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      ) : null}
      <h3>{t('connectors.operations')}</h3>
      <Form.List name="operations">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <Operation key={row.key} name={row.name} onRemove={() => remove(row.name)} />
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined aria-hidden />}
              onClick={() => add({ method: 'GET', timeout_ms: TIMEOUT_MS, cache_seconds: 0 })}
            >
              {t('connectors.addOperation')}
            </Button>
          </>
        )}
      </Form.List>
    </>
  );
}
