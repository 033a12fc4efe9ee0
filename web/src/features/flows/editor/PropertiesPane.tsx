import { DeleteOutlined, FlagOutlined } from '@ant-design/icons';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Fault, NodeBody } from '../../../api/flow-types';
import { join } from '../../../lib/pointer';
import { SchemaContext } from '../../../ui/schema/context';
import { SchemaFields } from '../../../ui/schema/SchemaField';
import { remove, rename } from '../model/edit';
import { FaultList } from './FaultList';
import { FlowSettings } from './FlowSettings';
import { useDefinition, useEditor, useEditorStore } from './store';
import { useChoices } from './useChoices';
import { useFlowWords } from './words';

/** What a node may be called. */
const KEY = /^[a-z][a-z0-9_]{0,63}$/;

function KeyField({ name }: { name: string }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const { nodes } = useDefinition();
  const [text, setText] = useState(name);
  const wrong =
    text === name
      ? undefined
      : !KEY.test(text)
        ? t('flows.keyHint')
        : text in nodes
          ? t('flows.keyTaken')
          : undefined;
  const take = () => {
    if (wrong || text === name) return setText(name);
    store.getState().edit((graph) => rename(graph, name, text));
    store.getState().choose([text]);
  };
  return (
    <div className="schema-field">
      <label htmlFor="node-key">{t('flows.key')}</label>
      <Input
        id="node-key"
        value={text}
        disabled={store.readOnly}
        status={wrong ? 'error' : ''}
        onChange={(event) => setText(event.target.value)}
        onBlur={take}
        onPressEnter={take}
      />
      {wrong ? <p className="schema-fault">{wrong}</p> : null}
    </div>
  );
}

/** Faults by the field that they are about, without the part of the pointer that leads to the node. */
function byField(faults: readonly Fault[], key: string): Map<string, Fault[]> {
  const prefix = `/nodes${join(key)}`;
  const found = new Map<string, Fault[]>();
  for (const fault of faults) {
    if (fault.node !== key) continue;
    const at = fault.pointer.startsWith(prefix)
      ? fault.pointer.slice(prefix.length)
      : fault.pointer;
    found.set(at, [...(found.get(at) ?? []), fault]);
  }
  return found;
}

function NodeForm({ name, body }: { name: string; body: NodeBody }) {
  const { t, i18n } = useTranslation();
  const store = useEditorStore();
  const words = useFlowWords();
  const choices = useChoices();
  const faults = useEditor((editor) => editor.faults);
  const type = store.catalogue.types.get(body.type);
  const fields = byField(
    faults.map((fault) => ({ ...fault, message: words.fault(fault) })),
    name,
  );
  const schema = type?.schema ?? { type: 'object', additionalProperties: {} };
  const own = faults.filter((fault) => fault.node === name);
  return (
    <>
      <header className="properties-head">
        <h2>{words.type(body.type)}</h2>
        {store.readOnly ? null : (
          <span className="row">
            <Button
              size="small"
              icon={<FlagOutlined aria-hidden />}
              onClick={() =>
                store
                  .getState()
                  .edit((graph) => ({ ...graph, head: { ...graph.head, start: name } }))
              }
            >
              {t('flows.makeStart')}
            </Button>
            <Button
              size="small"
              danger
              icon={<DeleteOutlined aria-hidden />}
              aria-label={t('flows.removeNode')}
              onClick={() => store.getState().edit((graph) => remove(graph, new Set([name])))}
            />
          </span>
        )}
      </header>
      {i18n.language === 'en' && type?.description ? (
        <p className="dim">{type.description}</p>
      ) : null}
      <FaultList faults={own} />
      <KeyField key={name} name={name} />
      <SchemaContext
        value={{
          root: schema,
          label: words.field,
          choices,
          faults: fields,
          describe: i18n.language === 'en',
          readOnly: store.readOnly,
        }}
      >
        <SchemaFields
          key={name}
          schema={schema}
          pointer=""
          value={body}
          onChange={(next) => store.getState().setBody(name, next as NodeBody)}
        />
      </SchemaContext>
    </>
  );
}

function Several({ keys }: { keys: string[] }) {
  const { t } = useTranslation();
  const store = useEditorStore();
  return (
    <>
      <h2>{t('flows.chosen', { n: keys.length })}</h2>
      <p className="dim">{keys.join(', ')}</p>
      <Button
        danger
        disabled={store.readOnly}
        icon={<DeleteOutlined aria-hidden />}
        onClick={() => store.getState().edit((graph) => remove(graph, new Set(keys)))}
      >
        {t('common.delete')}
      </Button>
    </>
  );
}

/** Right: the chosen node's fields, or the flow's own when none is chosen. */
export function PropertiesPane() {
  const { t } = useTranslation();
  const { nodes } = useDefinition();
  const chosen = useEditor((editor) => editor.chosen);
  const keys = [...chosen].filter((key) => key in nodes);
  const [only] = keys;
  const body = only === undefined ? undefined : nodes[only];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also when every field of it is locked
    <aside className="flow-properties" aria-label={t('flows.properties')} tabIndex={0}>
      {keys.length > 1 ? (
        <Several keys={keys} />
      ) : only !== undefined && body ? (
        <NodeForm name={only} body={body} />
      ) : (
        <FlowSettings />
      )}
    </aside>
  );
}
