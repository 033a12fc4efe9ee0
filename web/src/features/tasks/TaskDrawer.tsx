import { useQuery } from '@tanstack/react-query';
import { Alert, Descriptions, Drawer, Form, Tag } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { oneTask, taskAct } from '../../api/flows';
import { useChange } from '../../api/query';
import { useMe } from '../../api/session';
import type { Task } from '../../api/work-types';
import { dateTime } from '../../lib/format';
import { useRefusal } from '../../ui/crud/useRefusal';
import { ProblemNote } from '../../ui/ProblemNote';
import { firstValues, QuestionFields } from '../../ui/QuestionFields';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { Decide } from './Decide';
import { Delegate } from './Delegate';

function Facts({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  const rows: [string, ReactNode][] = [
    [t('tasks.flow'), task.flow || '—'],
    [t('tasks.for'), task.role ?? '—'],
    [t('tasks.created'), dateTime(task.created_at, i18n.language)],
    [t('tasks.deadline'), dateTime(task.deadline, i18n.language)],
  ];
  if (task.customer_id)
    rows.unshift([
      t('desk.customer.title'),
      <Link key="customer" to={`/customers/${task.customer_id}`}>
        {task.customer_name ?? t('desk.customer.title')}
      </Link>,
    ]);
  return (
    <Descriptions
      size="small"
      column={1}
      items={rows.map(([label, children]) => ({ key: label, label, children }))}
    />
  );
}

/** Who decided what on the way so far. */
function Route({ task }: { task: Task }) {
  const { t, i18n } = useTranslation();
  if (!task.steps?.length) return null;
  return (
    <ol className="task-route">
      {task.steps.map((step, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a route only grows
        <li key={n} data-decision={step.decision ?? 'none'}>
          <strong>{step.title}</strong>{' '}
          {step.decision ? t(`tasks.decided.${step.decision}`) : t(`tasks.state.${step.state}`)}
          <span className="dim">
            {' '}
            {[step.by, step.at ? dateTime(step.at, i18n.language) : undefined]
              .filter(Boolean)
              .join(', ')}
          </span>
          {step.reason ? <div>{step.reason}</div> : null}
        </li>
      ))}
    </ol>
  );
}

function Over({ task }: { task: Task }) {
  const { t } = useTranslation();
  return (
    <>
      <Tag color={task.decision === 'refuse' ? 'error' : 'success'}>
        {task.decision ? t(`tasks.decided.${task.decision}`) : t(`tasks.state.${task.state}`)}
      </Tag>
      {task.reason ? <p>{task.reason}</p> : null}
      <dl className="task-answers">
        {Object.entries(task.values ?? {}).map(([key, value]) => (
          <div key={key}>
            <dt>{task.fields?.find((one) => one.key === key)?.label ?? key}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The form of a task; what the server finds wrong stands at its field. */
function Fill({ task, onDone }: { task: Task; onDone(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<Record<string, unknown>>();
  const refusal = useRefusal(form, (name) => (name[0] === 'values' ? name.slice(1) : name));
  const complete = useChange(
    (values: object) => taskAct(task.id, 'complete', { values }),
    ['/tasks', '/flow-instances'],
  );
  const submit = async (values: Record<string, unknown>) => {
    refusal.forget();
    try {
      await complete.mutateAsync(values);
      say.done(t('tasks.completed'));
      onDone();
    } catch (error) {
      refusal.tell(error);
    }
  };
  const questions = task.fields ?? [];
  return (
    <Form
      form={form}
      layout="vertical"
      requiredMark="optional"
      initialValues={firstValues(questions)}
      onFinish={(values) => void submit(values)}
      onValuesChange={refusal.changed}
    >
      <ProblemNote error={refusal.problem} />
      <QuestionFields questions={questions} />
      <ReasonButton type="primary" htmlType="submit" loading={complete.isPending}>
        {t('tasks.complete')}
      </ReasonButton>
    </Form>
  );
}

/** One task: what is asked, about whom, and the ways to answer. */
export function TaskDrawer({ id, onClose }: { id: string; onClose(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const me = useMe();
  const [delegating, setDelegating] = useState(false);
  const one = useQuery({ queryKey: ['/tasks', 'one', id], queryFn: () => oneTask(id) });
  const take = useChange(() => taskAct(id, 'take'), ['/tasks']);
  const task = one.data;
  const mine = task?.state === 'taken' && task.assignee_id === me.person.id;
  return (
    <Drawer open size={560} onClose={onClose} title={task?.title ?? t('tasks.task')}>
      <ProblemNote error={one.error} onRetry={() => void one.refetch()} />
      {task ? (
        <>
          {task.text ? <p className="task-text">{task.text}</p> : null}
          <Facts task={task} />
          <Route task={task} />
          {task.state === 'taken' && !mine ? (
            <Alert
              type="info"
              style={{ marginBottom: 12 }}
              title={t('tasks.takenBy', { name: task.assignee_name ?? '' })}
            />
          ) : null}
          {task.state === 'open' || task.state === 'taken' ? (
            <>
              <div className="row task-acts">
                <ReasonButton
                  reason={mine ? t('tasks.isMine') : undefined}
                  loading={take.isPending}
                  onClick={() =>
                    void take
                      .mutateAsync(undefined)
                      .then(() => say.done(t('tasks.taken')), say.failed)
                  }
                >
                  {t('tasks.take')}
                </ReasonButton>
                <ReasonButton onClick={() => setDelegating(true)}>
                  {t('tasks.delegate')}
                </ReasonButton>
              </div>
              {task.kind === 'approval' ? (
                <Decide task={task} onDone={onClose} />
              ) : (
                <Fill task={task} onDone={onClose} />
              )}
            </>
          ) : (
            <Over task={task} />
          )}
          {delegating ? (
            <Delegate id={id} onClose={() => setDelegating(false)} onDone={onClose} />
          ) : null}
        </>
      ) : null}
    </Drawer>
  );
}
