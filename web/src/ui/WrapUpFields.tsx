import { Form, Input, Select, TreeSelect } from 'antd';
import { useTranslation } from 'react-i18next';
import { results, topics } from '../api/resources';
import { useAll } from '../api/session';
import { localText } from '../lib/format';
import { topicMatches, topicTree } from './topics';
import './wrap-up.css';

export interface WrapUpValues {
  topic_id?: string;
  result_id?: string;
  note?: string;
}

/** Longest note that the server takes, in characters. */
const NOTE_MAX = 4_000;

/** Topic, result and note: what is said of a contact, inside any antd form. */
export function WrapUpFields({ needed }: { needed: { topic: boolean; result: boolean } }) {
  const { t, i18n } = useTranslation();
  const topicList = useAll(topics);
  const resultList = useAll(results);
  return (
    <>
      <div className="wrap-up-fields">
        <Form.Item
          name="topic_id"
          label={t('desk.wrapUp.topic')}
          rules={[{ required: needed.topic, message: t('desk.wrapUp.needTopic') }]}
        >
          <TreeSelect
            aria-label={t('desk.wrapUp.topic')}
            allowClear={!needed.topic}
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
          rules={[{ required: needed.result, message: t('desk.wrapUp.needResult') }]}
        >
          <Select
            aria-label={t('desk.wrapUp.result')}
            allowClear={!needed.result}
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
        <Input.TextArea
          rows={3}
          maxLength={NOTE_MAX}
          placeholder={t('desk.wrapUp.notePlaceholder')}
        />
      </Form.Item>
    </>
  );
}
