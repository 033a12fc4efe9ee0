import { Form, type FormInstance } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refreshLoyalty } from '../../../api/loyalty';
import { useRefusal } from '../../../ui/crud/useRefusal';
import { FormDrawer } from '../../../ui/FormDrawer';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useSay } from '../../../ui/say';

/** One operation in a drawer: fields, send, and what the server says of them. */
export function ActionDrawer<Input extends object>({
  title,
  heading,
  under = [],
  size = 480,
  initial,
  children,
  form: given,
  send,
  onClose,
}: {
  /** What the button says, and the drawer where it has no words of its own. */
  title: string;
  heading?: string;
  /** Objects of the request whose fields stand in the form without them. */
  under?: string[];
  size?: number;
  initial?: Partial<Input>;
  children: ReactNode;
  /** The form of whoever looks at its values. */
  form?: FormInstance<Input>;
  /** Answers with what is said when it differs from "Done". */
  send(values: Input): Promise<string | undefined>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<Input>(given);
  const refusal = useRefusal(form, (name) =>
    under.includes(String(name[0])) ? name.slice(1) : name,
  );
  const [busy, setBusy] = useState(false);
  const submit = async (values: Input) => {
    refusal.forget();
    setBusy(true);
    try {
      say.done((await send(values)) ?? t('loyalty.member.done'));
      await refreshLoyalty();
      onClose();
    } catch (error) {
      refusal.tell(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDrawer
      size={size}
      title={heading ?? title}
      ok={title}
      busy={busy}
      touched={() => form.isFieldsTouched()}
      onOk={() => form.submit()}
      onClose={onClose}
    >
      <Form<Input>
        form={form}
        layout="vertical"
        requiredMark="optional"
        {...(initial ? { initialValues: initial } : {})}
        onFinish={(values) => void submit(values)}
        onValuesChange={refusal.changed}
      >
        <ProblemNote error={refusal.problem} />
        {children}
        <button type="submit" hidden />
      </Form>
    </FormDrawer>
  );
}
