import { Segmented } from 'antd';
import type { Schema } from '../../api/flow-types';
import { parts } from '../../lib/pointer';
import { beginning, resolve, typeOf } from '../../lib/schema';
import { useHelp } from './context';
import { JsonInput, ScalarInput } from './inputs';
import { fieldId, SchemaControl } from './SchemaField';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const SCALARS = new Set(['boolean', 'integer', 'number', 'string']);

/** What tells this variant from the others: its required fields. */
const mainField = (variant: Schema) =>
  variant.required?.[0] ?? Object.keys(variant.properties ?? {})[0];

/** One of several shapes, each told by the field that it must have; JSON where they cannot be told so. */
export function UnionInput({
  schema,
  pointer,
  value,
  onChange,
}: {
  schema: Schema;
  pointer: string;
  value: unknown;
  onChange(value: unknown): void;
}) {
  const help = useHelp();
  const variants = (schema.oneOf ?? schema.anyOf ?? [])
    .filter((one) => one.type !== 'null')
    .map((one) => resolve(one, help.root));
  const named = variants.map(mainField);
  const told = named.every((name, n) => name !== undefined && named.indexOf(name) === n);
  const name = help.label(parts(pointer).at(-1) ?? '');
  const shared = { id: fieldId(pointer), name, value, onChange };
  const scalar = variants.every((one) => SCALARS.has(typeOf(one) ?? ''));
  if (scalar) return <ScalarInput {...shared} />;
  if (!told) return <JsonInput key={pointer} {...shared} />;
  const now = named.findIndex((name) => isObject(value) && name !== undefined && name in value);
  const chosen = variants[Math.max(0, now)];
  return (
    <div className="schema-union">
      <Segmented
        size="small"
        disabled={help.readOnly}
        value={Math.max(0, now)}
        options={named.map((name, n) => ({ value: n, label: help.label(name ?? '') }))}
        onChange={(n) => {
          const next = variants[n];
          if (next) onChange(beginning(next, help.root));
        }}
      />
      {chosen ? (
        <SchemaControl schema={chosen} pointer={pointer} value={value} onChange={onChange} />
      ) : null}
    </div>
  );
}
