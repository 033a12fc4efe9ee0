import { Alert, Button, Descriptions, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactDetail, WrapUp } from '../../api/contract';
import { send } from '../../api/http';
import { asProblem, type Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { contacts, topics } from '../../api/resources';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { WrapUpFields, type WrapUpValues } from '../../ui/WrapUpFields';
import { correctionErrors, correctionOf, valuesOf } from './correction';

interface Props {
  contact: ContactDetail;
  /** Reads the contact again, and gives what came. */
  reload(): Promise<ContactDetail | undefined>;
}

function CorrectionForm({ contact, reload, onClose }: Props & { onClose(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<WrapUpValues>();
  const [problem, setProblem] = useState<Problem>();
  // What the person saw when the form opened: a change that arrived behind it must not pass for seen.
  const [version, setVersion] = useState(contact.version);
  const save = useChange(
    (body: WrapUp) =>
      send<ContactDetail>(`${contacts.path}/${contact.id}/wrap-up`, {
        method: 'PUT',
        body,
        version,
      }),
    [contacts.path],
  );
  const submit = async (values: WrapUpValues) => {
    setProblem(undefined);
    try {
      await save.mutateAsync(correctionOf(values));
      say.done(t('common.saved'));
      onClose();
    } catch (error) {
      const found = asProblem(error);
      form.setFields(correctionErrors(found, t));
      setProblem(found);
    }
  };
  /** The other's change appears above; what was typed here stays. */
  const lookAgain = async () => {
    const fresh = await reload();
    if (!fresh) return;
    setVersion(fresh.version);
    setProblem(undefined);
  };
  return (
    <Form<WrapUpValues>
      form={form}
      layout="vertical"
      className="correction"
      requiredMark={false}
      initialValues={valuesOf(contact)}
      onFinish={(values) => void submit(values)}
    >
      <ProblemNote
        error={problem}
        {...(problem?.status === 412 ? { onRetry: () => void lookAgain() } : {})}
      />
      {contact.answered_at && !contact.wrapped_up_at ? (
        <Alert type="warning" showIcon title={t('contacts.correction.notCompleted')} />
      ) : null}
      <WrapUpFields
        needed={{ topic: Boolean(contact.topic_id), result: Boolean(contact.result_id) }}
      />
      <div className="row">
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('common.save')}
        </Button>
        <Button onClick={onClose}>{t('common.cancel')}</Button>
      </div>
    </Form>
  );
}

/** What was said of the contact at wrap-up, and its correction. */
export function WrapUpPanel({ contact, reload }: Props) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  const mayWrite = useCan('contact.write');
  const mayChoose = useCan(topics.right);
  const missing = mayWrite ? (mayChoose ? undefined : topics.right) : 'contact.write';
  const refused = missing
    ? t('common.noAccess', { operation: missing })
    : contact.outcome === 'in_progress'
      ? t('contacts.correction.running')
      : undefined;
  const chosen = (id: string | null | undefined, name: Record<string, string> | undefined) =>
    localText(name, i18n.language) || (id ? t('contacts.correction.unused') : '—');
  return (
    <section className="panel block" aria-label={t('state.wrap_up')}>
      <div className="row block-head">
        <h2>{t('state.wrap_up')}</h2>
        {open ? null : (
          <ReasonButton size="small" reason={refused} onClick={() => setOpen(true)}>
            {t('contacts.correction.correct')}
          </ReasonButton>
        )}
      </div>
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2, xl: 4 }}
        items={[
          {
            key: 'topic',
            label: t('desk.wrapUp.topic'),
            children: chosen(contact.topic_id, contact.topic?.name),
          },
          {
            key: 'result',
            label: t('desk.wrapUp.result'),
            children: chosen(contact.result_id, contact.result?.name),
          },
          {
            key: 'note',
            label: t('desk.wrapUp.note'),
            span: 2,
            children: <span className="note">{contact.note || '—'}</span>,
          },
        ]}
      />
      {open ? (
        <CorrectionForm contact={contact} reload={reload} onClose={() => setOpen(false)} />
      ) : null}
    </section>
  );
}
