import { Form, Input, Select, TreeSelect } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { LiveContact } from '../../api/frames';
import { results, topics } from '../../api/resources';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';
import { keyLabel } from '../../lib/keys';
import { ReasonButton } from '../../ui/ReasonButton';
import { Countdown } from '../../ui/Timer';
import { topicMatches, topicTree } from './topics';
import { useCommand, useLineReason, usePending } from './useDesk';
import { showWrapUp } from './wrapUp';

interface Fields {
  topic_id?: string;
  result_id?: string;
  note?: string;
}

/** What was typed for a contact outlives a reload of the page in mid-call. */
const draftKey = (contact: string) => `trunkline.draft.${contact}`;
function readDraft(contact: string): Partial<Fields> {
  const text = sessionStorage.getItem(draftKey(contact));
  return text ? (JSON.parse(text) as Partial<Fields>) : {};
}

export function WrapUpForm({ contact }: { contact: LiveContact }) {
  const { t, i18n } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const command = useCommand();
  const lost = useLineReason();
  const completing = usePending('wrap_up.complete');
  const extending = usePending('wrap_up.extend');
  const topicList = useAll(topics);
  const resultList = useAll(results);
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
  const complete = async (fields: Fields) => {
    if (await command('wrap_up.complete', { contact_id: id, ...fields })) {
      sessionStorage.removeItem(draftKey(id));
    }
  };
  return (
    <Form<Fields>
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
      <div className="wrap-up-fields">
        <Form.Item
          name="topic_id"
          label={t('desk.wrapUp.topic')}
          rules={[{ required: needed, message: t('desk.wrapUp.needTopic') }]}
        >
          <TreeSelect
            aria-label={t('desk.wrapUp.topic')}
            showSearch={{ filterTreeNode: topicMatches }}
            treeDefaultExpandAll
            treeData={topicTree(topicList, i18n.language)}
            placeholder={t('desk.wrapUp.choose')}
            notFoundContent={t('desk.wrapUp.noTopics')}
          />
        </Form.Item>
        <Form.Item
          name="result_id"
          label={t('desk.wrapUp.result')}
          rules={[{ required: needed, message: t('desk.wrapUp.needResult') }]}
        >
          <Select
            aria-label={t('desk.wrapUp.result')}
            options={resultList.map((result) => ({
              value: result.id,
              label: localText(result.name, i18n.language),
            }))}
            placeholder={t('desk.wrapUp.choose')}
            notFoundContent={t('desk.wrapUp.noResults')}
          />
        </Form.Item>
      </div>
      <Form.Item name="note" label={t('desk.wrapUp.note')}>
        <Input.TextArea rows={3} maxLength={2000} placeholder={t('desk.wrapUp.notePlaceholder')} />
      </Form.Item>
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
