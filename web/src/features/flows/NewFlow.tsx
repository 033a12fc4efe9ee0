import { Form, Input, Modal, Radio } from 'antd';
import { useTranslation } from 'react-i18next';
import { FLOW_KINDS, type FlowKind } from '../../api/flow-types';
import { addFlow } from '../../api/flows';
import { useChange } from '../../api/query';
import { useRefusal } from '../../ui/crud/useRefusal';
import { focusFirst } from '../../ui/focusFirst';
import { NameFollows } from '../../ui/NameFollows';
import { ProblemNote } from '../../ui/ProblemNote';

interface Fields {
  name: string;
  title: string;
  kind: FlowKind;
}

/** A new flow: what it is, and by which name others refer to it. */
export function NewFlow({ onClose, onMade }: { onClose(): void; onMade(name: string): void }) {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const refusal = useRefusal(form);
  const add = useChange((input: Fields) => addFlow(input), ['/flows']);
  const submit = async (fields: Fields) => {
    refusal.forget();
    try {
      await add.mutateAsync(fields);
      onMade(fields.name);
    } catch (error) {
      refusal.tell(error);
    }
  };
  return (
    <Modal
      afterOpenChange={focusFirst}
      open
      title={t('flows.new')}
      okText={t('common.create')}
      cancelText={t('common.cancel')}
      confirmLoading={add.isPending}
      onOk={() => form.submit()}
      onCancel={onClose}
    >
      <ProblemNote error={refusal.problem} />
      <Form<Fields>
        form={form}
        layout="vertical"
        requiredMark="optional"
        initialValues={{ kind: 'process' }}
        onFinish={(fields) => void submit(fields)}
        onValuesChange={refusal.changed}
      >
        <Form.Item name="kind" label={t('flows.kindLabel')} required>
          <Radio.Group
            className="kinds"
            options={FLOW_KINDS.map((value) => ({ value, label: t(`flows.kind.${value}`) }))}
          />
        </Form.Item>
        <Form.Item
          name="title"
          label={t('flows.title')}
          rules={[{ required: true, whitespace: true, message: t('common.required') }]}
        >
          <Input />
        </Form.Item>
        <Form.Item
          name="name"
          label={t('flows.name')}
          extra={t('flows.nameHint')}
          rules={[
            { required: true, message: t('common.required') },
            { pattern: /^[a-z][a-z0-9-]*$/, message: t('flows.nameHint') },
          ]}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <NameFollows to="name" joint="-" />
        <button type="submit" hidden />
      </Form>
    </Modal>
  );
}
