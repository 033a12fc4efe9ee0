import { Button, Drawer, Form } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, formErrors, type Problem } from '../../../api/problem';
import { queryClient } from '../../../api/query';
import { ProblemNote } from '../../../ui/ProblemNote';
import { useSay } from '../../../ui/say';

/** One operation in a drawer: fields, send, and what the server says of them. */
export function ActionDrawer<Input extends object>({
  title,
  initial,
  children,
  send,
  onClose,
}: {
  title: string;
  initial?: Partial<Input>;
  children: ReactNode;
  /** Answers with what is said when it differs from "Done". */
  send(values: Input): Promise<string | undefined>;
  onClose(): void;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [form] = Form.useForm<Input>();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const submit = async (values: Input) => {
    setProblem(undefined);
    setBusy(true);
    try {
      say.done((await send(values)) ?? t('loyalty.member.done'));
      await queryClient.invalidateQueries({ queryKey: ['loyalty'] });
      onClose();
    } catch (error) {
      const found = asProblem(error);
      form.setFields(formErrors(found) as Parameters<typeof form.setFields>[0]);
      setProblem(found);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      size={480}
      title={title}
      onClose={onClose}
      footer={
        <div className="row">
          <Button type="primary" loading={busy} onClick={() => form.submit()}>
            {title}
          </Button>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      }
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
    </Drawer>
  );
}
