import { useTranslation } from 'react-i18next';
import type { Definition, Schema } from '../../../api/flow-types';
import { SchemaContext } from '../../../ui/schema/context';
import { SchemaFields } from '../../../ui/schema/SchemaField';
import { FaultList } from './FaultList';
import { useDefinition, useEditor, useEditorStore } from './store';
import { useFlowWords } from './words';

/** What a flow has beside its nodes. The variables of a call have a type, those of other flows a first value. */
const schemaOf = (kind: Definition['kind']): Schema => ({
  type: 'object',
  required: ['start'],
  properties: {
    title: { type: 'string' },
    description: { type: 'string', 'x-widget': 'long_text' },
    start: { type: 'string', format: 'node' },
    ...(kind === 'ivr'
      ? {
          language: { enum: ['ru', 'uz', 'en'] },
          variables: {
            type: 'object',
            additionalProperties: { enum: ['text', 'number', 'yes_no'] },
          },
        }
      : { variables: { type: 'object' } }),
  },
});

/** The flow as a whole: what it is called, where it begins, what it remembers, and everything that is wrong. */
export function FlowSettings() {
  const { t, i18n } = useTranslation();
  const store = useEditorStore();
  const definition = useDefinition();
  const words = useFlowWords();
  const faults = useEditor((editor) => editor.faults);
  const schema = schemaOf(definition.kind);
  const keys = Object.keys(definition.nodes).map((key) => ({ value: key, label: key }));
  return (
    <>
      <h2>{t('flows.settings')}</h2>
      <SchemaContext
        value={{
          root: schema,
          label: words.field,
          choices: (widget) => (widget === 'node' ? keys : undefined),
          faults: new Map(),
          describe: i18n.language === 'en',
          readOnly: store.readOnly,
        }}
      >
        <SchemaFields
          schema={schema}
          pointer=""
          value={definition}
          onChange={(next) => store.getState().replace(next as Definition, 'settings')}
        />
      </SchemaContext>
      <h2>{t('flows.faults', { n: faults.length })}</h2>
      {faults.length === 0 ? <p className="dim">{t('flows.noFaults')}</p> : null}
      <FaultList faults={faults} lead />
    </>
  );
}
