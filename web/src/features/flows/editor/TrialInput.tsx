import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Trial, TrialWait } from '../../../api/flow-types';
import { firstValues, QuestionFields } from '../../../ui/QuestionFields';
import { useEditorStore } from './store';

type Give = Record<string, unknown>;

/** What may happen to a call. */
const CALL = [
  'digits',
  'silence',
  'caller_found',
  'caller_unknown',
  'queued',
  'full',
  'closed',
  'connected',
  'wait_max',
  'hung_up',
] as const;

/** What a person gives, told by what it is: the same words for every node. */
function useGiveWord() {
  const { t } = useTranslation();
  return (give: Give): string => {
    const ofCall = CALL.find((one) => one === give.kind);
    if (ofCall) return t(`flows.trial.call.${ofCall}`);
    if (give.kind === 'decided')
      return t(give.decision === 'refuse' ? 'flows.trial.refuse' : 'flows.trial.approve');
    switch (give.kind) {
      case 'due':
        return t('flows.trial.time');
      case 'event':
        return t('flows.trial.event');
      case 'performed':
        return t('flows.trial.performed');
      case 'failed':
        return t('flows.trial.failed');
      case 'answered':
        return t('flows.trial.answer');
      case 'retry':
        return t('flows.retry');
      default:
        return String(give.kind);
    }
  };
}

/** One thing that may happen: done as it is, or written otherwise first. */
function Offer({ give, busy, onInput }: { give: Give; busy: boolean; onInput(input: Give): void }) {
  const { t } = useTranslation();
  const word = useGiveWord();
  const [text, setText] = useState(() => {
    const { kind: _, token: __, entry: ___, step: ____, ...rest } = give;
    return Object.keys(rest).length > 0 ? JSON.stringify(rest, null, 2) : '';
  });
  const [bad, setBad] = useState(false);
  const send = () => {
    try {
      const changed = text === '' ? {} : (JSON.parse(text) as Give);
      setBad(false);
      onInput({ ...give, ...changed });
    } catch {
      setBad(true);
    }
  };
  return (
    <div className="trial-offer">
      {text === '' ? null : (
        <Input.TextArea
          className="code"
          aria-label={`${word(give)}: ${t('flows.trial.input')}`}
          status={bad ? 'error' : ''}
          autoSize={{ minRows: 1, maxRows: 8 }}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      {bad ? <p className="fault">{t('schema.badJson')}</p> : null}
      <Button size="small" loading={busy} onClick={send}>
        {word(give)}
      </Button>
    </div>
  );
}

/** The page of a script as the operator would see it. */
function TrialPage({
  page,
  give,
  busy,
  onInput,
}: {
  page: NonNullable<Trial['page']>;
  give: Give;
  busy: boolean;
  onInput(input: Give): void;
}) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Give>();
  const send = (button: string | null) =>
    onInput({ ...give, values: form.getFieldsValue(), button });
  return (
    <Form
      form={form}
      layout="vertical"
      className="trial-page"
      requiredMark={false}
      initialValues={firstValues(page.questions)}
      onFinish={() => send(null)}
    >
      <h3>{page.title}</h3>
      {page.text ? <p>{page.text}</p> : null}
      <QuestionFields questions={page.questions} />
      <div className="row">
        {page.buttons.map((button) => (
          <Button key={button.key} size="small" loading={busy} onClick={() => send(button.key)}>
            {button.title}
          </Button>
        ))}
        {page.has_next ? (
          <Button size="small" type="primary" htmlType="submit" loading={busy}>
            {t('flows.trial.next')}
          </Button>
        ) : null}
      </div>
    </Form>
  );
}

/** What a trial waits for, node by node, and the ways to give it. */
export function TrialInput({
  trial,
  busy,
  onInput,
}: {
  trial: Trial;
  busy: boolean;
  onInput(input: Give): void;
}) {
  const { t } = useTranslation();
  const store = useEditorStore();
  const offers = (wait: TrialWait) =>
    trial.page && wait.node === trial.page.node && wait.give[0] ? (
      <TrialPage page={trial.page} give={wait.give[0]} busy={busy} onInput={onInput} />
    ) : (
      wait.give.map((give) => (
        <Offer key={JSON.stringify(give)} give={give} busy={busy} onInput={onInput} />
      ))
    );
  return (
    <>
      <h2>{t('flows.trial.waiting')}</h2>
      {trial.waiting_for.map((wait) => (
        <section className="trial-wait" key={`${wait.node} ${JSON.stringify(wait.give)}`}>
          <button type="button" onClick={() => store.setState({ seek: { key: wait.node } })}>
            {wait.node}
          </button>
          {offers(wait)}
        </section>
      ))}
    </>
  );
}
