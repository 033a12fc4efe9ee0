import { Select } from 'antd';
import type { Schema } from '../../api/flow-types';
import { join, parts } from '../../lib/pointer';
import { namesNode, resolve, typeOf, valuesOf } from '../../lib/schema';
import { useHelp } from './context';
import { BooleanInput, ChoiceInput, Duration, JsonInput, NumberInput, TextInput } from './inputs';
import { ListInput } from './ListInput';
import { MapInput } from './MapInput';
import { UnionInput } from './UnionInput';
import './schema.css';

export interface FieldProps {
  schema: Schema;
  pointer: string;
  value: unknown;
  onChange(value: unknown): void;
  /** What stands beside it: an operation is chosen by its connector. */
  beside?: unknown;
}

/** Widgets that only take what is listed. */
const STRICT = new Set(['node', 'queue', 'time_zone']);

export const fieldId = (pointer: string) => `field${pointer.replaceAll(/[^\w]/g, '-')}`;

/** The control for one value, by its schema. */
export function SchemaControl({ schema, pointer, value, onChange, beside }: FieldProps) {
  const help = useHelp();
  const here = resolve(schema, help.root);
  const id = fieldId(pointer);
  const widget = here['x-widget'] ?? (namesNode(here) ? 'node' : (here.format ?? ''));
  const name = help.label(parts(pointer).at(-1) ?? '');
  const shared = { id, name, onChange } as const;
  const type = typeOf(here);
  const choices = help.choices(widget, beside);
  const values = valuesOf(here);
  if (values) {
    const options = values.map(({ value: one }) => ({ value: one, label: help.label(one) }));
    return <ChoiceInput {...shared} strict value={text(value)} options={options} />;
  }
  if (choices && type === 'array')
    return (
      <Select
        id={id}
        mode="tags"
        aria-label={name}
        disabled={help.readOnly}
        options={choices}
        value={Array.isArray(value) ? value.filter((one) => one !== '').map(String) : []}
        onChange={(next: string[]) => onChange(next)}
      />
    );
  if (choices)
    return (
      <ChoiceInput {...shared} strict={STRICT.has(widget)} value={text(value)} options={choices} />
    );
  if (widget === 'duration')
    return <Duration {...shared} value={typeof value === 'number' ? value : undefined} />;
  if (type === 'string')
    return (
      <TextInput
        {...shared}
        schema={here}
        value={text(value)}
        long={widget === 'long_text'}
        code={widget === 'expression'}
      />
    );
  if (type === 'integer' || type === 'number')
    return (
      <NumberInput
        {...shared}
        schema={here}
        value={typeof value === 'number' ? value : undefined}
      />
    );
  if (type === 'boolean') return <BooleanInput {...shared} value={value === true} />;
  if (type === 'array' && here.items)
    return <ListInput items={here.items} pointer={pointer} value={value} onChange={onChange} />;
  if (here.properties)
    return (
      <SchemaFields schema={here} pointer={pointer} value={value} onChange={onChange} nested />
    );
  if (typeof here.additionalProperties === 'object')
    return (
      <MapInput
        each={here.additionalProperties}
        pointer={pointer}
        value={value}
        onChange={onChange}
      />
    );
  if (here.oneOf ?? here.anyOf)
    return <UnionInput schema={here} pointer={pointer} value={value} onChange={onChange} />;
  return <JsonInput key={pointer} {...shared} value={value} />;
}

const text = (value: unknown) => (typeof value === 'string' ? value : undefined);

/** Names that say what the whole is about stand first; schemas come in the order of letters. */
const FIRST = ['title', 'key', 'label', 'type', 'text', 'connector', 'operation', 'event', 'when'];

/** First what the thing is about, then what it must have, then the rest, and where it leads at the end. */
function ordered(schema: Schema, root: Schema): [string, Schema][] {
  const required = new Set(schema.required ?? []);
  const rank = ([name, one]: [string, Schema]): number => {
    if (namesNode(resolve(one, root))) return required.has(name) ? 200 : 300;
    const first = FIRST.indexOf(name);
    if (first >= 0) return first;
    return required.has(name) ? 50 : 100;
  };
  return Object.entries(schema.properties ?? {})
    .filter(([, one]) => one.const === undefined)
    .sort((a, b) => rank(a) - rank(b));
}

/** The fields of an object, one below the other, each with its label and with what is wrong. */
export function SchemaFields({
  schema,
  pointer,
  value,
  onChange,
  nested,
}: FieldProps & { nested?: boolean }) {
  const help = useHelp();
  const required = new Set(schema.required ?? []);
  const whole = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const set = (name: string, next: unknown) => {
    const { [name]: _, ...others } = whole;
    if (next !== undefined && name in whole) onChange({ ...whole, [name]: next });
    else onChange(next === undefined ? others : { ...whole, [name]: next });
  };
  return (
    <div className={nested ? 'schema-nested' : 'schema-fields'}>
      {ordered(schema, help.root).map(([name, one]) => {
        const at = pointer + join(name);
        const hint = help.describe ? resolve(one, help.root).description : undefined;
        return (
          <div className="schema-field" key={name} data-field={at}>
            <label htmlFor={fieldId(at)}>
              {help.label(name)}
              {required.has(name) ? null : <span className="dim"> · {help.label('optional')}</span>}
            </label>
            <SchemaControl
              schema={one}
              pointer={at}
              value={whole[name]}
              beside={whole}
              onChange={(next) => set(name, next)}
            />
            {hint ? <p className="schema-hint">{hint}</p> : null}
            <FieldFaults pointer={at} />
          </div>
        );
      })}
    </div>
  );
}

/** What the server says of exactly this field. */
export function FieldFaults({ pointer }: { pointer: string }) {
  const { faults } = useHelp();
  return (faults.get(pointer) ?? []).map((fault) => (
    <p key={fault.code + fault.message} className="schema-fault" data-severity={fault.severity}>
      {fault.message}
      {fault.example == null ? null : <code>{JSON.stringify(fault.example)}</code>}
    </p>
  ));
}
