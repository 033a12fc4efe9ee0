import { Form, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Operator, OperatorInput } from '../../api/contract';
import { operators, queues, skills } from '../../api/resources';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { SkillsField, SwitchField } from '../../ui/crud/fields';

function Fields() {
  const { t } = useTranslation();
  const options = useAll(queues).map((queue) => ({ value: queue.id, label: queue.name }));
  return (
    <>
      <Form.Item name="queues" label={t('admin.page.queues')}>
        <Select mode="multiple" options={options} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
      <SkillsField label={t('admin.page.skills')} />
      <SwitchField name="receives_incoming" label={t('admin.operators.incoming')} />
      <SwitchField name="sends_outgoing" label={t('admin.operators.outgoing')} />
      <SwitchField name="wrap_up_mandatory" label={t('admin.queues.mandatory')} />
    </>
  );
}

export default function OperatorsPage() {
  const { t, i18n } = useTranslation();
  const queueList = useAll(queues);
  const skillList = useAll(skills);
  return (
    <CrudPage<Operator, OperatorInput>
      spec={{
        resource: operators,
        read: 'operator.read',
        write: 'operator.write',
        title: t('admin.page.operators'),
        note: t('admin.operators.note'),
        create: false,
        remove: false,
        name: (operator) => operator.name,
        columns: [
          { title: t('admin.people.name'), dataIndex: 'name' },
          { title: t('signin.login'), dataIndex: 'login' },
          {
            title: t('admin.page.queues'),
            render: (_, operator) =>
              operator.queues.map((id) => (
                <Tag key={id}>{queueList.find((queue) => queue.id === id)?.name ?? '…'}</Tag>
              )),
          },
          {
            title: t('admin.page.skills'),
            render: (_, operator) =>
              operator.skills.map(({ skill_id, level }) => (
                <Tag key={skill_id}>
                  {localText(
                    skillList.find((skill) => skill.id === skill_id)?.name,
                    i18n.language,
                  ) || '…'}{' '}
                  {level}
                </Tag>
              )),
          },
        ],
        initial: (operator) =>
          operator
            ? {
                queues: operator.queues,
                skills: operator.skills,
                receives_incoming: operator.receives_incoming,
                sends_outgoing: operator.sends_outgoing,
                wrap_up_mandatory: operator.wrap_up_mandatory,
              }
            : {},
        fields: () => <Fields />,
      }}
    />
  );
}
