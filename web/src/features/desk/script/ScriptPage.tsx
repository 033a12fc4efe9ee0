import { ClockCircleOutlined } from '@ant-design/icons';
import { Button, Form } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { answerScript, backScript } from '../../../api/flows';
import { useChange } from '../../../api/query';
import type { ScriptRun, ScriptStep } from '../../../api/work-types';
import { useActions } from '../../../lib/actions';
import { clock } from '../../../lib/format';
import { keyLabel } from '../../../lib/keys';
import { useRefusal } from '../../../ui/crud/useRefusal';
import { ProblemNote } from '../../../ui/ProblemNote';
import { firstValues, QuestionFields } from '../../../ui/QuestionFields';

/** One page of a script: what to say, what to ask, and where it can lead. */
export function ScriptPage({
  run,
  step,
  onMoved,
}: {
  run: ScriptRun;
  step: ScriptStep;
  onMoved(next: ScriptRun): void;
}) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Record<string, unknown>>();
  const refusal = useRefusal(form, (name) => (name[0] === 'values' ? name.slice(1) : name));
  const move = useChange(
    ({ back, button }: { back?: boolean; button?: string }) =>
      back
        ? backScript(run.id)
        : answerScript(run.id, { values: form.getFieldsValue(), ...(button ? { button } : {}) }),
    [],
  );
  const go = async (args: { back?: boolean; button?: string }) => {
    refusal.forget();
    try {
      if (!args.back) await form.validateFields();
    } catch {
      // The fields say themselves what is missing.
      return;
    }
    try {
      onMoved(await move.mutateAsync(args));
    } catch (error) {
      refusal.tell(error);
    }
  };
  const actions = step.buttons.filter((button) => button.action);
  const ways = step.buttons.filter((button) => !button.action);
  // An effect: the keys of the desk are outside of this component.
  useEffect(() => {
    useActions.getState().set('script', [
      {
        id: 'script_next',
        key: 'script_next',
        label: t('help.script_next'),
        reason: step.has_next ? undefined : t('script.byButton'),
        run: () => void go({}),
      },
      {
        id: 'script_back',
        key: 'script_back',
        label: t('help.script_back'),
        reason: run.can_go_back ? undefined : t('script.first'),
        run: () => void go({ back: true }),
      },
    ]);
    return () => useActions.getState().clear('script');
  });
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark={false}
      className="script-page"
      initialValues={firstValues(step.questions)}
      onFinish={() => void go({})}
      onValuesChange={refusal.changed}
    >
      <h3>{step.title}</h3>
      {step.notice ? (
        <p className="script-notice" role="status">
          <ClockCircleOutlined aria-hidden />{' '}
          {t('script.stale', {
            at: clock(Date.parse(step.notice.as_of), undefined, false),
            system: step.notice.connector,
          })}
        </p>
      ) : null}
      {step.text ? <p className="script-text">{step.text}</p> : null}
      <ProblemNote error={refusal.problem} />
      <QuestionFields questions={step.questions} />
      {actions.length > 0 ? (
        <div className="script-actions">
          <span className="dim">{t('script.actions')}</span>
          {actions.map((button) => (
            <Button
              key={button.key}
              size="small"
              loading={move.isPending}
              onClick={() => void go({ button: button.key })}
            >
              {button.label}
            </Button>
          ))}
        </div>
      ) : null}
      <div className="row">
        <Button
          disabled={!run.can_go_back}
          loading={move.isPending}
          title={keyLabel('script_back')}
          onClick={() => void go({ back: true })}
        >
          {t('script.back')}
        </Button>
        {ways.map((button) => (
          <Button
            key={button.key}
            loading={move.isPending}
            onClick={() => void go({ button: button.key })}
          >
            {button.label}
          </Button>
        ))}
        {step.has_next ? (
          <Button
            type="primary"
            htmlType="submit"
            loading={move.isPending}
            title={keyLabel('script_next')}
          >
            {t('script.next')}
          </Button>
        ) : null}
      </div>
    </Form>
  );
}
