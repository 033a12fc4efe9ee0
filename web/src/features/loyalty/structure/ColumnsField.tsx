import {
  ArrowDownOutlined,
  ArrowUpOutlined,
  DeleteOutlined,
  PlusOutlined,
} from '@ant-design/icons';
import { Button, Checkbox, Form, Input, Select, Tooltip } from 'antd';
import { type KeyboardEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FileField } from '../../../api/loyalty';
import { CodedOption } from '../../../ui/CodedOption';
import { COLUMNS_MAX, type Column, fieldOf, missing, nextColumn, PASSED_OVER } from './columns';
import { useFieldWord, useShapeWord } from './words';

interface RowProps {
  n: number;
  count: number;
  fields: readonly FileField[];
  columns: readonly (Partial<Column> | undefined)[];
  move(by: number): void;
  remove(): void;
}

/** What stands in a column: a field of the type that no other column has, or nothing that is read. */
function FieldSelect({ n, fields, columns }: Pick<RowProps, 'n' | 'fields' | 'columns'>) {
  const { t } = useTranslation();
  const word = useFieldWord();
  const elsewhere = columns.filter((_, at) => at !== n).map((one) => one?.field);
  return (
    <Form.Item
      name={[n, 'field']}
      rules={[{ required: true, message: t('common.required') }]}
      className="column-field"
    >
      <Select
        aria-label={`${t('loyalty.file.look.column', { n: n + 1 })}: ${t('loyalty.file.look.field')}`}
        showSearch={{ optionFilterProp: 'search' }}
        options={[...fields.map(({ name }) => name), PASSED_OVER].map((name) => ({
          value: name,
          label: word(name),
          search: `${word(name)} ${name}`,
          disabled: name !== PASSED_OVER && elsewhere.includes(name),
        }))}
        optionRender={({ label, value }) => <CodedOption label={label} code={value} />}
      />
    </Form.Item>
  );
}

function Row({ n, count, fields, columns, move, remove }: RowProps) {
  const { t } = useTranslation();
  const shapeWord = useShapeWord();
  const field = fieldOf(fields, columns[n]?.field);
  const all = Form.useWatch('date_format');
  const at = { n: n + 1 };
  const press = (event: KeyboardEvent) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!event.altKey || !by) return;
    // Before a list of choices opens by the same keys.
    event.preventDefault();
    event.stopPropagation();
    move(by);
  };
  return (
    <fieldset
      className="column-row"
      aria-label={t('loyalty.file.look.column', at)}
      onKeyDownCapture={press}
    >
      <span className="column-number" aria-hidden>
        {n + 1}
      </span>
      <FieldSelect n={n} fields={fields} columns={columns} />
      {field?.shape === 'date' ? (
        <Form.Item name={[n, 'format']} className="column-format">
          <Input
            aria-label={`${t('loyalty.file.look.column', at)}: ${t('loyalty.file.look.format')}`}
            placeholder={all || t('loyalty.file.look.formatOfAll')}
            autoComplete="off"
          />
        </Form.Item>
      ) : (
        <span className="column-format dim">{field ? shapeWord(field.shape) : ''}</span>
      )}
      {field?.required ? (
        <Tooltip title={t('loyalty.file.look.mustAlways')}>
          <Checkbox checked disabled>
            {t('loyalty.file.look.must')}
          </Checkbox>
        </Tooltip>
      ) : (
        <Form.Item name={[n, 'required']} valuePropName="checked">
          <Checkbox disabled={!field}>{t('loyalty.file.look.must')}</Checkbox>
        </Form.Item>
      )}
      <span className="column-tools">
        {([-1, 1] as const).map((by) => (
          <Button
            key={by}
            type="text"
            size="small"
            icon={by < 0 ? <ArrowUpOutlined aria-hidden /> : <ArrowDownOutlined aria-hidden />}
            disabled={by < 0 ? n === 0 : n === count - 1}
            aria-label={t(by < 0 ? 'loyalty.file.look.up' : 'loyalty.file.look.down', at)}
            onClick={() => move(by)}
          />
        ))}
        <Button
          type="text"
          size="small"
          icon={<DeleteOutlined aria-hidden />}
          aria-label={t('loyalty.file.look.remove', at)}
          onClick={remove}
        />
      </span>
    </fieldset>
  );
}

/** Who moves a column stays in it, also where a button has no further to go. */
function keepFocus() {
  const focused = document.activeElement;
  const row = focused?.closest('.column-row');
  requestAnimationFrame(() => {
    if (!(focused instanceof HTMLElement) || document.activeElement === focused) return;
    const place = focused.matches(':disabled')
      ? row?.querySelector<HTMLElement>('.column-tools button:enabled')
      : focused;
    place?.focus();
  });
}

/** The columns of a file in their order. */
export function ColumnsField({ fields }: { fields: readonly FileField[] }) {
  const { t } = useTranslation();
  const word = useFieldWord();
  const columns: (Partial<Column> | undefined)[] = Form.useWatch('columns') ?? [];
  const there = columns.map((one) => one ?? {});
  const [said, setSaid] = useState('');
  const without = missing(fields, there);
  return (
    <Form.Item label={t('loyalty.file.look.columns')} required>
      <p className="dim hint-above">{t('loyalty.file.look.columnsHint')}</p>
      <Form.List name="columns">
        {(rows, { add, move, remove }, { errors }) => (
          <>
            {rows.map((row, n) => (
              <Row
                key={row.key}
                n={n}
                count={rows.length}
                fields={fields}
                columns={columns}
                move={(by) => {
                  if (n + by < 0 || n + by >= rows.length) return;
                  keepFocus();
                  move(n, n + by);
                  const field = word(there[n]?.field ?? PASSED_OVER);
                  const place = { field, n: n + by + 1, count: rows.length };
                  setSaid(t('loyalty.file.look.moved', place));
                }}
                remove={() => remove(n)}
              />
            ))}
            {rows.length === 0 ? <p>{t('loyalty.file.look.noColumns')}</p> : null}
            <span className="sr-only" role="status">
              {said}
            </span>
            <Form.ErrorList errors={errors} />
            {without.length > 0 ? (
              <p className="column-missing" role="alert">
                {t('loyalty.file.look.missing', {
                  fields: without.map(({ name }) => word(name)).join(', '),
                })}
                <Button
                  type="link"
                  size="small"
                  onClick={() => {
                    for (const { name } of without)
                      add({ field: name, required: false, format: null });
                  }}
                >
                  {t('loyalty.file.look.addMissing')}
                </Button>
              </p>
            ) : null}
            <Button
              type="dashed"
              className="gap-above"
              icon={<PlusOutlined aria-hidden />}
              disabled={rows.length >= COLUMNS_MAX}
              onClick={() => add(nextColumn(fields, there))}
            >
              {t('loyalty.file.look.addColumn')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}
