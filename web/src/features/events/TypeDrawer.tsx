import { Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventType } from '../../api/automation';
import { type EventTypeInput, saveEventType } from '../../api/events';
import { queryClient } from '../../api/query';
import { localText } from '../../lib/format';
import { LANGUAGES, readyText } from '../../lib/i18n';
import { useRefusal } from '../../ui/crud/useRefusal';
import { FormDrawer } from '../../ui/FormDrawer';
import { ProblemNote } from '../../ui/ProblemNote';
import { useSay } from '../../ui/say';
import { SchemaEditor } from './SchemaEditor';
import { SUBJECTS } from './subjects';

/** How long events are kept when nobody says otherwise. */
const RETENTION_DAYS = 365;

/** One event type: its name, whose event it is, its fields. */
export function TypeDrawer({
  type,
  refused,
  onClose,
}: {
  type: EventType | undefined;
  refused: string | undefined;
  onClose(): void;
}) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<EventTypeInput>();
  const refusal = useRefusal(form);
  const [busy, setBusy] = useState(false);
  const submit = async (values: EventTypeInput) => {
    setBusy(true);
    refusal.forget();
    await saveEventType(values, type)
      .then(async () => {
        await queryClient.invalidateQueries({ queryKey: ['event-types'] });
        await queryClient.invalidateQueries({ queryKey: ['rule-fields'] });
        say.done(t(type ? 'common.saved' : 'common.created'));
        onClose();
      })
      .catch((error: unknown) => {
        refusal.tell(error);
      });
    setBusy(false);
  };
  return (
    <FormDrawer
      size={720}
      title={type ? localText(type.title, i18n.language) || type.name : t('events.types.create')}
      reason={refused}
      busy={busy}
      touched={() => form.isFieldsTouched()}
      onOk={() => form.submit()}
      onClose={onClose}
    >
      <ProblemNote error={refusal.problem} />
      <Form<EventTypeInput>
        form={form}
        layout="vertical"
        requiredMark="optional"
        disabled={Boolean(refused)}
        initialValues={
          (type && { ...type, description: readyText(type.description) }) ?? {
            description: '',
            subject: 'phone',
            retention_days: RETENTION_DAYS,
            schema: { type: 'object', properties: {} },
          }
        }
        onFinish={(values) => void submit(values)}
        onValuesChange={refusal.changed}
      >
        <Form.Item
          name="name"
          label={t('events.types.name')}
          extra={t('events.types.nameHint')}
          rules={[
            { required: true, message: t('common.required') },
            {
              pattern: /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$/,
              message: t('events.types.nameHint'),
            },
          ]}
        >
          <Input disabled={Boolean(type)} autoComplete="off" maxLength={100} />
        </Form.Item>
        {LANGUAGES.map(({ code, name }) => (
          <Form.Item
            key={code}
            name={['title', code]}
            label={t('events.types.title', { language: name })}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input autoComplete="off" maxLength={200} />
          </Form.Item>
        ))}
        <Form.Item name="description" label={t('events.types.description')}>
          <Input.TextArea autoSize maxLength={1000} />
        </Form.Item>
        <div className="pair">
          <Form.Item name="subject" label={t('events.types.subject')} rules={[{ required: true }]}>
            <Select
              options={SUBJECTS.map((value) => ({
                value,
                label: t(`events.types.subjects.${value}`),
              }))}
            />
          </Form.Item>
          <Form.Item
            name="retention_days"
            label={t('events.types.retention')}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <InputNumber min={1} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        </div>
        <Form.Item name="schema" label={t('events.types.fields')} required>
          <SchemaEditor />
        </Form.Item>
        <button type="submit" hidden />
      </Form>
    </FormDrawer>
  );
}
