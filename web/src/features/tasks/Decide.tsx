import { Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { taskAct } from '../../api/flows';
import { useChange } from '../../api/query';
import type { Task } from '../../api/work-types';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

/** Yes or no to a step of an approval; a no says why. */
export function Decide({ task, onDone }: { task: Task; onDone(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [reason, setReason] = useState('');
  const decide = useChange(
    (decision: 'approve' | 'refuse') =>
      taskAct(task.id, 'decide', { decision, reason: reason.trim() || null }),
    ['/tasks', '/flow-instances'],
  );
  const run = async (decision: 'approve' | 'refuse') => {
    const done = await decide.mutateAsync(decision).catch(() => undefined);
    if (!done) return;
    say.done(t(`tasks.decided.${decision}`));
    onDone();
  };
  return (
    <Form layout="vertical">
      <ProblemNote error={decide.error} />
      <Form.Item label={t('tasks.reason')} htmlFor="decide-reason" extra={t('tasks.reasonHint')}>
        <Input.TextArea
          id="decide-reason"
          autoSize={{ minRows: 2, maxRows: 8 }}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
        />
      </Form.Item>
      <div className="row">
        <ReasonButton type="primary" loading={decide.isPending} onClick={() => void run('approve')}>
          {t('tasks.approve')}
        </ReasonButton>
        <ReasonButton
          danger
          loading={decide.isPending}
          reason={reason.trim() === '' ? t('tasks.reasonHint') : undefined}
          onClick={() => void run('refuse')}
        >
          {t('tasks.refuse')}
        </ReasonButton>
      </div>
    </Form>
  );
}
