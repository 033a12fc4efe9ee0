import { Modal, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { taskAct } from '../../api/flows';
import { useChange } from '../../api/query';
import { people } from '../../api/resources';
import { useAll } from '../../api/session';
import { focusFirst } from '../../ui/focusFirst';
import { ProblemNote } from '../../ui/ProblemNote';
import { useSay } from '../../ui/say';

/** Gives a task to another person. */
export function Delegate({ id, onClose, onDone }: { id: string; onClose(): void; onDone(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [person, setPerson] = useState<string>();
  const options = useAll(people).map((one) => ({ value: one.person_id, label: one.name }));
  const give = useChange((person_id: string) => taskAct(id, 'delegate', { person_id }), ['/tasks']);
  const run = async () => {
    if (!person) return;
    const done = await give.mutateAsync(person).catch(() => undefined);
    if (!done) return;
    say.done(t('tasks.delegated'));
    onDone();
  };
  return (
    <Modal
      afterOpenChange={focusFirst}
      open
      title={t('tasks.delegate')}
      okText={t('tasks.delegate')}
      cancelText={t('common.cancel')}
      okButtonProps={{ disabled: !person }}
      confirmLoading={give.isPending}
      onOk={() => void run()}
      onCancel={onClose}
    >
      <ProblemNote error={give.error} />
      <Select
        aria-label={t('tasks.toWhom')}
        placeholder={t('tasks.toWhom')}
        style={{ width: '100%' }}
        showSearch={{ optionFilterProp: 'label' }}
        options={options}
        value={person ?? null}
        onChange={(next: string | null) => setPerson(next ?? undefined)}
      />
    </Modal>
  );
}
