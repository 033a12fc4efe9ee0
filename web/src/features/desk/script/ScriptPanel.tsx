import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { listScripts, readScript, startScript } from '../../../api/flows';
import type { LiveContact } from '../../../api/frames';
import { queryClient, useChange } from '../../../api/query';
import type { ScriptRun } from '../../../api/work-types';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useSay } from '../../../ui/say';
import { ScriptPage } from './ScriptPage';
import './script.css';

/** Which script is walked for a contact outlives a reload of the page in mid-call. */
const runKey = (contact: string) => `trunkline.script.${contact}`;

/** Choosing a script: those that suit the queue are offered first. */
function Choose({ contact, onStarted }: { contact: LiveContact; onStarted(run: ScriptRun): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const { contact_id, caller } = contact.card;
  const list = useQuery({
    queryKey: ['/scripts', contact_id],
    queryFn: () => listScripts({ contact_id }),
  });
  const start = useChange(
    (flow: string) =>
      startScript({
        flow,
        contact_id,
        ...(caller.customer_id ? { customer_id: caller.customer_id } : {}),
      }),
    [],
  );
  const begin = (flow: string) => start.mutateAsync(flow).then(onStarted, say.failed);
  const scripts = list.data?.items ?? [];
  const suggested = scripts.filter((one) => one.suggested);
  if (list.error) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  if (list.data && scripts.length === 0) return <p className="dim">{t('script.none')}</p>;
  return (
    <div className="script-choose">
      {suggested.map((one) => (
        <Button
          key={one.name}
          type="primary"
          ghost
          loading={start.isPending}
          onClick={() => void begin(one.name)}
        >
          {one.title}
        </Button>
      ))}
      <Select
        aria-label={t('script.choose')}
        placeholder={t('script.choose')}
        loading={list.isPending}
        style={{ width: 240 }}
        showSearch={{ optionFilterProp: 'label' }}
        value={null}
        options={scripts.map((one) => ({ value: one.name, label: one.title || one.name }))}
        onChange={(name: string | null) => name && void begin(name)}
      />
    </div>
  );
}

function Running({ id, onOver }: { id: string; onOver(): void }) {
  const { t } = useTranslation();
  const run = useQuery({ queryKey: ['/script-runs', id], queryFn: () => readScript(id) });
  const moved = (next: ScriptRun) => queryClient.setQueryData(['/script-runs', id], next);
  if (run.error) {
    return (
      <>
        <ProblemNote error={run.error} onRetry={() => void run.refetch()} />
        <Button onClick={onOver}>{t('script.another')}</Button>
      </>
    );
  }
  if (!run.data) return <div aria-busy="true" />;
  const { step, done, text, error } = run.data;
  if (done || !step) {
    return (
      <div className="script-over">
        {error ? <p className="script-error">{error}</p> : null}
        <p>{text || t(error ? 'script.stopped' : 'script.done')}</p>
        <Button size="small" onClick={onOver}>
          {t('script.another')}
        </Button>
      </div>
    );
  }
  return (
    <ScriptPage
      key={`${step.node} ${run.dataUpdatedAt}`}
      run={run.data}
      step={step}
      onMoved={moved}
    />
  );
}

/** What to say and ask in this contact, page by page. */
export default function ScriptPanel({ contact }: { contact: LiveContact }) {
  const { t } = useTranslation();
  const { contact_id } = contact.card;
  const [id, setId] = useState(() => sessionStorage.getItem(runKey(contact_id)) ?? undefined);
  return (
    <section className="script panel" aria-label={t('script.title')}>
      <h2>{t('script.title')}</h2>
      {id ? (
        <Running
          id={id}
          onOver={() => {
            sessionStorage.removeItem(runKey(contact_id));
            setId(undefined);
          }}
        />
      ) : (
        <Choose
          contact={contact}
          onStarted={(run) => {
            sessionStorage.setItem(runKey(contact_id), run.id);
            queryClient.setQueryData(['/script-runs', run.id], run);
            setId(run.id);
          }}
        />
      )}
    </section>
  );
}
