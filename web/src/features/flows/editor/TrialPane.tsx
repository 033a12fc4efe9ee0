import { useMutation } from '@tanstack/react-query';
import { Button, Input, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tryFlow } from '../../../api/flows';
import { EmptyState } from '../../../ui/EmptyState';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useDefinition, useEditor, useEditorStore } from './store';
import { TrialInput } from './TrialInput';

/** A customer whom a trial may be about, until another is written. */
const SAMPLE = JSON.stringify(
  {
    name: 'Aziza Karimova',
    kind: 'individual',
    language: 'ru',
    vip: false,
    phone: '+998901234567',
  },
  null,
  2,
);

/** A walk through the flow as it is drawn, step by step; nothing is sent and nobody is called. */
export function TrialPane() {
  const { t } = useTranslation();
  const store = useEditorStore();
  const definition = useDefinition();
  const walked = useEditor((editor) => editor.walked);
  const [customer, setCustomer] = useState(SAMPLE);
  const [effects, setEffects] = useState<unknown[]>([]);
  const step = useMutation({
    mutationFn: ({ state, input }: { state: unknown; input: unknown }) =>
      tryFlow({
        definition,
        state,
        input,
        customer: customer.trim() === '' ? null : JSON.parse(customer),
      }),
    onSuccess: (trial, { state }) => {
      const before = state === null ? [] : store.getState().walked;
      // A call is walked anew each time: its path is the whole one.
      const whole = definition.kind === 'ivr' ? trial.path : [...before, ...trial.path];
      store.setState({ walked: whole });
      setEffects((old) => (state === null ? trial.effects : [...old, ...trial.effects]));
      const last = whole.at(-1);
      if (last) store.setState({ seek: { key: last } });
    },
  });
  const trial = step.data;
  const reset = () => {
    step.reset();
    setEffects([]);
    store.setState({ walked: [] });
  };
  return (
    <aside className="flow-trial" aria-label={t('flows.try')}>
      <p className="dim">{t(definition.kind === 'ivr' ? 'flows.trial.ivr' : 'flows.trial.note')}</p>
      {definition.kind === 'ivr' ? null : (
        <details>
          <summary>{t('flows.trial.customer')}</summary>
          <Input.TextArea
            className="code"
            aria-label={t('flows.trial.customer')}
            autoSize={{ minRows: 3, maxRows: 10 }}
            value={customer}
            onChange={(event) => setCustomer(event.target.value)}
          />
        </details>
      )}
      <div className="row">
        <Button
          type="primary"
          loading={step.isPending && !trial}
          onClick={() => step.mutate({ state: null, input: null })}
        >
          {t(trial ? 'flows.trial.again' : 'flows.trial.start')}
        </Button>
        <Button disabled={walked.length === 0} onClick={reset}>
          {t('flows.trial.clear')}
        </Button>
      </div>
      <ProblemNote error={step.error} />
      {trial ? (
        <>
          <h2>{t('flows.trial.path')}</h2>
          <ol className="trial-path">
            {walked.map((key, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a node can be passed twice
              <li key={n}>
                <button type="button" onClick={() => store.setState({ seek: { key } })}>
                  {key}
                </button>
              </li>
            ))}
          </ol>
          {trial.done ? (
            <Tag color="success">
              {[t('flows.trial.done'), trial.outcome].filter(Boolean).join(': ')}
            </Tag>
          ) : (
            <TrialInput
              key={walked.length}
              trial={trial}
              busy={step.isPending}
              onInput={(input) => step.mutate({ state: trial.state, input })}
            />
          )}
          <h2>{t('flows.trial.effects')}</h2>
          {effects.length === 0 ? <EmptyState text={t('flows.trial.noEffects')} /> : null}
          <ol className="trial-effects">
            {effects.map((effect, n) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: effects only ever grow
              <li key={n}>
                <code>{JSON.stringify(effect)}</code>
              </li>
            ))}
          </ol>
        </>
      ) : null}
    </aside>
  );
}
