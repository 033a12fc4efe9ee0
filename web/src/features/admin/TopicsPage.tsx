import { Form, TreeSelect } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Named, Topic } from '../../api/contract';
import { topics } from '../../api/resources';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField } from '../../ui/crud/fields';
import { below } from './tree';

function Fields({ item }: { item: Topic | undefined }) {
  const { t, i18n } = useTranslation();
  const branches = useAll(topics).map((topic) => ({
    id: topic.id,
    name: localText(topic.name, i18n.language),
    parent: topic.parent_id,
  }));
  return (
    <>
      <LocalTextField label={t('common.name')} />
      <Form.Item name="parent_id" label={t('admin.parent')}>
        <TreeSelect
          allowClear
          treeDefaultExpandAll
          placeholder={t('admin.top')}
          treeData={below(branches, item?.id)}
        />
      </Form.Item>
    </>
  );
}

export default function TopicsPage() {
  const { t, i18n } = useTranslation();
  const list = useAll(topics);
  return (
    <CrudPage<Topic, Named & { parent_id?: string | null }>
      spec={{
        resource: topics,
        read: 'classifier.read',
        write: 'classifier.write',
        title: t('admin.page.topics'),
        note: t('admin.note.topics'),
        search: false,
        name: (topic) => localText(topic.name, i18n.language),
        columns: [
          ...LANGUAGES.map(({ code, name }) => ({
            title: name,
            key: code,
            render: (_: unknown, topic: Topic) => topic.name[code],
          })),
          {
            title: t('admin.parent'),
            render: (_, topic) =>
              localText(list.find((other) => other.id === topic.parent_id)?.name, i18n.language) ||
              '—',
          },
        ],
        initial: (topic) => (topic ? { name: topic.name, parent_id: topic.parent_id ?? null } : {}),
        toInput: (values) => ({ ...values, parent_id: values.parent_id ?? null }),
        fields: (item) => <Fields item={item} />,
      }}
    />
  );
}
