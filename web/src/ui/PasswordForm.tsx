import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { changePassword } from '../api/session';
import { useRefusal } from './crud/useRefusal';
import { ProblemNote } from './ProblemNote';

interface Fields {
  current: string;
  new: string;
  repeat: string;
}

/** Changes one's own password; the rules are the server's, its words land on the field until that is changed. */
export function PasswordForm({ onDone, current }: { onDone(): void; current?: string }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const refusal = useRefusal(form);
  const [busy, setBusy] = useState(false);
  const submit = async (fields: Fields) => {
    setBusy(true);
    refusal.forget();
    try {
      await changePassword(fields.current, fields.new);
      onDone();
    } catch (error) {
      refusal.tell(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Form
      form={form}
      layout="vertical"
      onFinish={submit}
      onValuesChange={refusal.changed}
      requiredMark={false}
      initialValues={{ current }}
    >
      <ProblemNote error={refusal.problem} />
      <Form.Item
        name="current"
        label={t('signin.current')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item
        name="new"
        label={t('signin.fresh')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('signin.repeat')}
        dependencies={['new']}
        rules={[
          { required: true, message: t('common.required') },
          ({ getFieldValue }) => ({
            validator: (_, value) =>
              !value || value === getFieldValue('new')
                ? Promise.resolve()
                : Promise.reject(new Error(t('signin.differ'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Button type="primary" htmlType="submit" block loading={busy}>
        {t('signin.change')}
      </Button>
    </Form>
  );
}
