import { FilterOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Input, Popover, Segmented, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Condition, whereText } from '../../../lib/attributes';
import { ConditionRow } from './ConditionRow';
import type { Filterable } from './fields';

/** A filter as it stands in the address: the expression, and the rows it was made of. */
export interface Where {
  text: string;
  rows?: { join: 'all' | 'any'; conditions: Condition[] } | undefined;
}

export function whereOf(params: URLSearchParams): Where {
  const text = params.get('where') ?? '';
  try {
    const rows = JSON.parse(params.get('rows') ?? 'null');
    return rows && Array.isArray(rows.conditions) ? { text, rows } : { text };
  } catch {
    return { text };
  }
}

export function putWhere(params: URLSearchParams, where: Where): URLSearchParams {
  const next = new URLSearchParams(params);
  next.delete('where');
  next.delete('rows');
  if (where.text) next.set('where', where.text);
  if (where.text && where.rows) next.set('rows', JSON.stringify(where.rows));
  return next;
}

function Editor({
  fields,
  where,
  onApply,
}: {
  fields: Filterable[];
  where: Where;
  onApply(where: Where): void;
}) {
  const { t } = useTranslation();
  const [mode, setMode] = useState<'fields' | 'text'>(
    where.text && !where.rows ? 'text' : 'fields',
  );
  const [text, setText] = useState(where.text);
  const [rows, setRows] = useState(
    where.rows ?? { join: 'all' as const, conditions: [{ field: '', op: 'eq' as const }] },
  );
  const typeOf = (path: string) => fields.find((field) => field.path === path)?.type ?? 'text';
  const made = whereText(
    rows.conditions.filter((condition) => condition.field),
    rows.join,
    typeOf,
  );
  const put = (index: number, condition: Condition) =>
    setRows({ ...rows, conditions: rows.conditions.with(index, condition) });
  const example = `${fields[0]?.path ?? 'customer.name'} != null`;
  return (
    <form
      className="where"
      onSubmit={(event) => {
        event.preventDefault();
        onApply(mode === 'fields' ? { text: made, rows } : { text: text.trim() });
      }}
    >
      <Segmented
        value={mode}
        onChange={(value) => {
          if (value === 'text') setText(made || text);
          setMode(value);
        }}
        options={[
          { value: 'fields' as const, label: t('cards.customers.byFields') },
          { value: 'text' as const, label: t('cards.customers.byExpression') },
        ]}
      />
      {mode === 'fields' ? (
        <>
          {rows.conditions.length > 1 ? (
            <Select
              aria-label={t('cards.customers.filter')}
              value={rows.join}
              style={{ width: 260 }}
              options={(['all', 'any'] as const).map((value) => ({
                value,
                label: t(`cards.customers.${value}`),
              }))}
              onChange={(join) => setRows({ ...rows, join })}
            />
          ) : null}
          {rows.conditions.map((condition, index) => (
            <ConditionRow
              // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no other name
              key={index}
              fields={fields}
              condition={condition}
              onChange={(changed) => put(index, changed)}
              onRemove={() => setRows({ ...rows, conditions: rows.conditions.toSpliced(index, 1) })}
            />
          ))}
          <Button
            type="dashed"
            icon={<PlusOutlined />}
            onClick={() =>
              setRows({ ...rows, conditions: [...rows.conditions, { field: '', op: 'eq' }] })
            }
          >
            {t('cards.customers.addCondition')}
          </Button>
        </>
      ) : (
        <Input.TextArea
          aria-label={t('cards.customers.byExpression')}
          rows={4}
          spellCheck={false}
          className="code"
          placeholder={t('cards.customers.expressionHint', { example })}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div className="row">
        <Button type="primary" htmlType="submit">
          {t('cards.customers.apply')}
        </Button>
        <Button onClick={() => onApply({ text: '' })}>{t('cards.customers.clear')}</Button>
      </div>
    </form>
  );
}

/** A filter by fields or by an expression, kept in the address of the page. */
export function WhereFilter({
  fields,
  where,
  onChange,
}: {
  fields: Filterable[];
  where: Where;
  onChange(where: Where): void;
}) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const apply = (next: Where) => {
    setOpen(false);
    onChange(next);
  };
  return (
    <>
      <Popover
        trigger="click"
        placement="bottomLeft"
        open={open}
        onOpenChange={setOpen}
        destroyOnHidden
        content={<Editor fields={fields} where={where} onApply={apply} />}
      >
        <Button
          icon={<FilterOutlined />}
          type={where.text ? 'primary' : 'default'}
          ghost={Boolean(where.text)}
        >
          {t('cards.customers.filter')}
        </Button>
      </Popover>
      {where.text ? (
        <Tag closable onClose={() => onChange({ text: '' })} className="where-tag">
          <code>{where.text}</code>
        </Tag>
      ) : null}
    </>
  );
}
