import { Alert, Form, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { CHANNELS, messages, type NewMessage, templates } from '../../api/messages';
import { useChange } from '../../api/query';
import { useAll } from '../../api/session';
import { readyText } from '../../lib/i18n';
import { useRefusal } from '../../ui/crud/useRefusal';
import { FormDrawer } from '../../ui/FormDrawer';
import { ProblemNote } from '../../ui/ProblemNote';
import { RecordPicker } from '../../ui/RecordPicker';
import { useSay } from '../../ui/say';
import { askedFields, context } from './template/fields';

interface Values {
  whom: 'customer' | 'address';
  customer_id?: string;
  to?: string;
  template: string;
  channel: NewMessage['channel'];
  /** By path, such as `event.amount`. */
  fields?: Record<string, string>;
}

/** One message to one customer, or to a number or an address. */
export function SendDrawer({
  customer,
  onClose,
}: {
  customer: string | undefined;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<Values>();
  const refusal = useRefusal(form);
  const list = useAll(templates);
  const whom = Form.useWatch('whom', form) ?? 'customer';
  const name = Form.useWatch('template', form);
  const chosen = list.find((one) => one.name === name);
  const asked = askedFields(chosen?.fields ?? [], whom === 'customer');
  const send = useChange((input: NewMessage) => messages.create(input), [messages.path]);
  const submit = async (values: Values) => {
    refusal.forget();
    if (!chosen) return;
    try {
      await send.mutateAsync({
        ...(whom === 'customer' && values.customer_id ? { customer_id: values.customer_id } : {}),
        ...(whom === 'address' && values.to ? { to: values.to.trim() } : {}),
        channel: values.channel,
        template: values.template,
        class: chosen.class,
        fields: context(values.fields ?? {}),
      });
      say.done(t('messages.send.done'));
      onClose();
    } catch (error) {
      refusal.tell(error);
    }
  };
  return (
    <FormDrawer
      size={520}
      title={t('messages.send.one')}
      ok={t('messages.send.submit')}
      busy={send.isPending}
      touched={() => form.isFieldsTouched()}
      onOk={() => form.submit()}
      onClose={onClose}
    >
      {list.length === 0 ? (
        <Alert
          type="info"
          showIcon
          title={t('messages.send.noTemplates')}
          style={{ marginBottom: 12 }}
        />
      ) : null}
      <Form<Values>
        form={form}
        layout="vertical"
        requiredMark="optional"
        initialValues={{ whom: 'customer', customer_id: customer, channel: 'preferred' }}
        onFinish={(values) => void submit(values)}
        onValuesChange={refusal.changed}
      >
        <ProblemNote error={refusal.problem} />
        <Form.Item name="whom" label={t('messages.send.whom')} required>
          <Segmented
            options={[
              { value: 'customer', label: t('messages.send.toCustomer') },
              { value: 'address', label: t('messages.send.toAddress') },
            ]}
          />
        </Form.Item>
        {whom === 'customer' ? (
          <Form.Item
            name="customer_id"
            label={t('messages.list.customer')}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <RecordPicker of="customer" label={t('messages.list.customer')} />
          </Form.Item>
        ) : (
          <Form.Item
            name="to"
            label={t('messages.send.address')}
            rules={[{ required: true, whitespace: true, message: t('common.required') }]}
          >
            <Input autoComplete="off" placeholder="+998901234567" />
          </Form.Item>
        )}
        <Form.Item
          name="template"
          label={t('messages.template')}
          rules={[{ required: true, message: t('common.required') }]}
          extra={chosen ? t(`messages.classHint.${chosen.class}`) : undefined}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={list.map((one) => ({
              value: one.name,
              label: one.title ? `${readyText(one.title)} (${one.name})` : one.name,
            }))}
          />
        </Form.Item>
        <Form.Item name="channel" label={t('messages.channel')} required>
          <Select
            options={[
              { value: 'preferred', label: t('messages.preferred') },
              ...CHANNELS.map((value) => ({ value, label: t(`messages.channels.${value}`) })),
            ]}
          />
        </Form.Item>
        {asked.length > 0 ? <h3>{t('messages.send.fields')}</h3> : null}
        {asked.map((field) => (
          <Form.Item
            key={field}
            name={['fields', field]}
            label={field}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <Input autoComplete="off" />
          </Form.Item>
        ))}
        <button type="submit" hidden />
      </Form>
    </FormDrawer>
  );
}
