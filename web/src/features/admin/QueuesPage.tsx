import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Queue, QueueInput } from '../../api/contract';
import { queues, units } from '../../api/resources';
import { useAll } from '../../api/session';
import { CrudPage } from '../../ui/crud/CrudPage';
import { NumberField, SkillsField, SwitchField, TextField } from '../../ui/crud/fields';

function Fields() {
  const { t } = useTranslation();
  const unitList = useAll(units).map((unit) => ({ value: unit.unit_id, label: unit.name }));
  const s = t('admin.queues.s');
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <SkillsField label={t('admin.queues.skills')} />
      <div className="pair">
        <NumberField name="priority" label={t('admin.queues.priority')} />
        <NumberField name="waiting_max" label={t('admin.queues.waitingMax')} min={1} />
        <NumberField name="ring_seconds" label={t('admin.queues.ring')} unit={s} min={1} />
        <NumberField name="wrap_up_seconds" label={t('admin.queues.wrapUp')} unit={s} />
        <NumberField
          name="target_percent"
          label={t('admin.queues.targetPercent')}
          unit="%"
          max={100}
        />
        <NumberField
          name="target_seconds"
          label={t('admin.queues.targetSeconds')}
          unit={s}
          min={1}
        />
        <NumberField name="short_abandon_seconds" label={t('admin.queues.shortAbandon')} unit={s} />
        <Form.Item name="unit_id" label={t('admin.people.unit')}>
          <Select allowClear options={unitList} />
        </Form.Item>
      </div>
      <SwitchField name="wrap_up_mandatory" label={t('admin.queues.mandatory')} />
    </>
  );
}

export default function QueuesPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<Queue, QueueInput>
      spec={{
        resource: queues,
        read: 'queue.read',
        write: 'queue.write',
        title: t('admin.page.queues'),
        note: t('admin.queues.note'),
        name: (queue) => queue.name,
        columns: [
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('admin.queues.target'),
            render: (_, queue) =>
              `${queue.target_percent} % / ${t('common.seconds', { n: queue.target_seconds })}`,
          },
          {
            title: t('admin.queues.ring'),
            render: (_, queue) => t('common.seconds', { n: queue.ring_seconds }),
          },
          {
            title: t('admin.queues.wrapUp'),
            render: (_, queue) => t('common.seconds', { n: queue.wrap_up_seconds }),
          },
          { title: t('admin.queues.priority'), dataIndex: 'priority', align: 'right' },
          { title: t('admin.queues.waitingMax'), dataIndex: 'waiting_max', align: 'right' },
        ],
        initial: (queue) =>
          queue ?? {
            skills: [],
            ring_seconds: 20,
            wrap_up_seconds: 30,
            wrap_up_mandatory: true,
            target_seconds: 20,
            target_percent: 80,
            short_abandon_seconds: 5,
            waiting_max: 200,
            priority: 0,
          },
        toInput: (values) => ({ ...values, unit_id: values.unit_id ?? null }),
        fields: () => <Fields />,
      }}
    />
  );
}
