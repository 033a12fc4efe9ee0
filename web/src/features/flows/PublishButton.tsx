import { CloudUploadOutlined } from '@ant-design/icons';
import { Alert, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { publishFlow } from '../../api/flows';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { parts } from '../../lib/pointer';
import { focusFirst } from '../../ui/focusFirst';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { useFlowWords } from './editor/words';

/** Puts the draft into force; what runs already keeps its version. */
export function PublishButton({ name, flush }: { name: string; flush(): Promise<void> }) {
  const { t } = useTranslation();
  const say = useSay();
  const words = useFlowWords();
  const [open, setOpen] = useState(false);
  const [note, setNote] = useState('');
  const publish = useChange(async () => {
    await flush();
    return publishFlow(name, note);
  }, ['/flows']);
  const refused = useCan('flow.publish')
    ? undefined
    : t('common.noAccess', { operation: 'flow.publish' });
  const faults = (publish.error?.fields ?? []).map(({ pointer, detail, code }) => {
    const [, , node, field] = parts(pointer);
    const fault = words.fault({ code: code ?? '', message: detail });
    if (!node) return fault;
    return field
      ? t('flows.fault.at', { node, field: words.field(field), fault })
      : t('flows.fault.node', { node, fault });
  });
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
        {faults.length > 0 ? (
          <Alert
            type="error"
            showIcon
            className="path-list"
            title={t('flows.fault.publish')}
            description={faults.map((line) => <div key={line}>{line}</div>)}
          />
        ) : (
          <ProblemNote error={publish.error} />
        )}
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
