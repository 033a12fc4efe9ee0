import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Trial } from '../../../api/flow-types';

/** What a trial waits for, and a way to give it. */
export function TrialInput({
  trial,
  busy,
  onInput,
}: {
  trial: Trial;
  busy: boolean;
  onInput(input: unknown): void;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const [bad, setBad] = useState(false);
  const send = () => {
    try {
      const input: unknown = JSON.parse(text);
      setBad(false);
      onInput(input);
    } catch {
      setBad(true);
    }
  };
  return (
    <>
      <h2>{t('flows.trial.waiting')}</h2>
      <pre className="code trial-waiting">{JSON.stringify(trial.waiting_for, null, 2)}</pre>
      <Input.TextArea
        className="code"
        aria-label={t('flows.trial.input')}
        placeholder={t('flows.trial.input')}
        status={bad ? 'error' : ''}
        autoSize={{ minRows: 2, maxRows: 10 }}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {bad ? <p className="fault">{t('schema.badJson')}</p> : null}
      <Button loading={busy} onClick={send}>
        {t('flows.trial.next')}
      </Button>
    </>
  );
}
