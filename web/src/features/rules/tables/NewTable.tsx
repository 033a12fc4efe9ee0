import { Form, Input, Modal } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../../../api/query';
import { createTable } from '../../../api/tables';
import { focusFirst } from '../../../ui/focusFirst';
import { NameFollows } from '../../../ui/NameFollows';
import { ProblemNote } from '../../../ui/ProblemNote';

/** A table begins with one column and no row; both come in the sheet. */
export function NewTable({ onMade, onClose }: { onMade(name: string): void; onClose(): void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<{ name: string; title: string }>();
  const [problem, setProblem] = useState<unknown>();
  const make = async ({ name, title }: { name: string; title: string }) => {
    setProblem(undefined);
    await createTable({
      name,
      title,
      columns: [{ key: 'name', title: t('common.name'), type: 'text' }],
      rows: [],
    }).then(async () => {
      await queryClient.invalidateQueries({ queryKey: ['reference-tables'] });
      onMade(name);
    }, setProblem);
  };
  return (
    <Modal
      afterOpenChange={focusFirst}
      open
      title={t('rules.tables.create')}
      okText={t('common.create')}
      cancelText={t('common.cancel')}
      onCancel={onClose}
      onOk={() => form.submit()}
    >
      <ProblemNote error={problem} />
      <Form
        form={form}
        layout="vertical"
        requiredMark="optional"
        onFinish={(values) => void make(values)}
      >
        <Form.Item
          name="title"
          label={t('rules.tables.title')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input autoComplete="off" maxLength={200} />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('rules.tables.name')}
          extra={t('rules.tables.nameHint')}
          rules={[
            { required: true, message: t('common.required') },
            { pattern: /^[a-z][a-z0-9_]*$/, message: t('rules.tables.nameHint') },
          ]}
        >
          <Input autoComplete="off" maxLength={60} />
        </Form.Item>
        <NameFollows to="name" joint="_" />
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}
