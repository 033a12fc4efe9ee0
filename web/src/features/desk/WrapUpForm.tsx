import { Form } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveContact } from '../../api/frames';
import { keyLabel } from '../../lib/keys';
import { ReasonButton } from '../../ui/ReasonButton';
import { Countdown } from '../../ui/Timer';
import { WrapUpFields, type WrapUpValues } from '../../ui/WrapUpFields';
import { useCommand, useLineReason, usePending } from './useDesk';
import { showWrapUp } from './wrapUp';

/** What was typed for a contact outlives a reload of the page in mid-call. */
const draftKey = (contact: string) => `trunkline.draft.${contact}`;
function readDraft(contact: string): WrapUpValues {
  const text = sessionStorage.getItem(draftKey(contact));
  return text ? (JSON.parse(text) as WrapUpValues) : {};
}

export default function WrapUpForm({ contact }: { contact: LiveContact }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<WrapUpValues>();
  const command = useCommand();
  const lost = useLineReason();
  const completing = usePending('wrap_up.complete');
  const extending = usePending('wrap_up.extend');
  const id = contact.card.contact_id;
  const over = contact.state === 'wrap_up';
  const until = contact.wrap_up?.until;
  // Where the queue leaves it open, an operator may complete without a word.
  const needed = contact.wrap_up?.mandatory ?? true;

  // An effect: the keyboard reaches this form from outside of it.
  useEffect(
    () =>
      showWrapUp({
        submit: () => form.submit(),
        focus: () => form.focusField('topic_id'),
      }),
    [form],
  );
  const complete = async (fields: WrapUpValues) => {
    if (await command('wrap_up.complete', { contact_id: id, ...fields })) {
      sessionStorage.removeItem(draftKey(id));
    }
  };
  return (
    <Form<WrapUpValues>
      form={form}
      layout="vertical"
      className="wrap-up panel"
      requiredMark={false}
      initialValues={readDraft(id)}
      onValuesChange={(_, all) => sessionStorage.setItem(draftKey(id), JSON.stringify(all))}
      onFinish={(fields) => void complete(fields)}
    >
      <div className="wrap-up-head">
        <h2>{t('state.wrap_up')}</h2>
        {over && until ? (
          <span>
            {t('desk.wrapUp.left')} <Countdown until={until} />
          </span>
        ) : null}
        {over ? (
          <ReasonButton
            size="small"
            reason={lost ?? (until ? undefined : t('desk.wrapUp.noLimit'))}
            loading={extending}
            onClick={() => void command('wrap_up.extend', { contact_id: id })}
          >
            {t('desk.wrapUp.extend')}
          </ReasonButton>
        ) : (
          <span className="dim">{t('desk.wrapUp.early')}</span>
        )}
      </div>
      <WrapUpFields needed={{ topic: needed, result: needed }} />
      <ReasonButton
        type="primary"
        size="large"
        htmlType="submit"
        loading={completing}
        reason={lost ?? (over ? undefined : t('desk.wrapUp.endFirst'))}
        hint={keyLabel('end')}
        aria-label={t('desk.wrapUp.complete')}
      >
        {t('desk.wrapUp.complete')}
      </ReasonButton>
    </Form>
  );
}
