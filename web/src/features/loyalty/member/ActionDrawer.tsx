import { Form, type FormInstance } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { refreshLoyalty } from '../../../api/loyalty';
import { asProblem, formErrors, type Problem } from '../../../api/problem';
import { FormDrawer } from '../../../ui/FormDrawer';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useSay } from '../../../ui/say';
import { serverWords } from '../../../ui/serverWords';

/** One operation in a drawer: fields, send, and what the server says of them. */
export function ActionDrawer<Input extends object>({
  title,
  heading,
  under = [],
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
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async (values: Input) => {
    setProblem(undefined);
    setBusy(true);
    try {
      say.done((await send(values)) ?? t('loyalty.member.done'));
      await refreshLoyalty();
      onClose();
    } catch (error) {
      const found = asProblem(error);
      const errors = formErrors(found).map((one) => ({
        name: under.includes(String(one.name[0])) ? one.name.slice(1) : one.name,
        errors: one.errors.map((text) => serverWords(text, t)),
      }));
      form.setFields(errors as Parameters<typeof form.setFields>[0]);
      setProblem(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <FormDrawer
      size={480}
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
      >
        <ProblemNote error={problem} />
        {children}
        <button type="submit" hidden />
      </Form>
    </FormDrawer>
  );
}
