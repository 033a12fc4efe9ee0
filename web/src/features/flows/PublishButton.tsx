import { CloudUploadOutlined } from '@ant-design/icons';
import { Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { publishFlow } from '../../api/flows';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { focusFirst } from '../../ui/focusFirst';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

/** Puts the draft into force; what runs already keeps its version. */
export function PublishButton({ name, flush }: { name: string; flush(): Promise<void> }) {
  const { t } = useTranslation();
  const say = useSay();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const publish = useChange(async () => {
    await flush();
    return publishFlow(name, note);
  }, ['/flows']);
  const refused = useCan('flow.publish')
    ? undefined
    : t('common.noAccess', { operation: 'flow.publish' });
  const run = async () => {
    const made = await publish.mutateAsync(undefined).catch(() => undefined);
    if (!made) return;
    say.done(t('flows.published', { version: made.version }));
    setOpen(false);
    setNote('');
  };
  return (
    <>
      <ReasonButton
        type="primary"
        icon={<CloudUploadOutlined aria-hidden />}
        reason={refused}
        onClick={() => {
          publish.reset();
          setOpen(true);
        }}
      >
        {t('flows.publish')}
      </ReasonButton>
      <Modal
        afterOpenChange={focusFirst}
        open={open}
        title={t('flows.publishTitle')}
        okText={t('flows.publish')}
        cancelText={t('common.cancel')}
        confirmLoading={publish.isPending}
        onOk={() => void run()}
        onCancel={() => setOpen(false)}
      >
        <p>{t('flows.publishNote')}</p>
        <ProblemNote error={publish.error} />
        {publish.error?.fields.map((field) => (
          <p key={field.pointer + field.detail} className="fault">
            {field.pointer}: {field.detail}
          </p>
        ))}
        <label htmlFor="publish-note">{t('flows.versionNote')}</label>
        <Input.TextArea
          id="publish-note"
          autoSize={{ minRows: 2 }}
          value={note}
          onChange={(event) => setNote(event.target.value)}
        />
      </Modal>
    </>
  );
}
