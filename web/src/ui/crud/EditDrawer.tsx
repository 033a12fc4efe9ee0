import { App, Button, Drawer, Form } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { asProblem, formErrors, type Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { ProblemNote } from '../ProblemNote';
import { ReasonButton } from '../ReasonButton';
import { useSay } from '../say';
import { serverWords } from '../serverWords';
import type { Spec } from './spec';

interface Props<T extends object, Input extends object, Made = T> {
  spec: Spec<T, Input, Made>;
  item: T | undefined;
  refused: string | undefined;
  onClose(): void;
}

/** One record in a form. Errors of the server land on their fields; a conflict says so and loses nothing. */
export function EditDrawer<T extends object, Input extends object, Made = T>({
  spec,
  item,
  refused,
  onClose,
}: Props<T, Input, Made>) {
  const { t } = useTranslation();
  const say = useSay();
  const { modal } = App.useApp();
  const [form] = Form.useForm<Input>();
  const [problem, setProblem] = useState<Problem>();
  const save = useChange(
    async (input: Input): Promise<Made | undefined> => {
      if (!item) return spec.resource.create(input);
      const { version } = item as { version?: number };
      await spec.resource.change(spec.resource.key(item), version ?? 0, input);
      return undefined;
    },
    [spec.resource.path],
  );
  const submit = async (values: Input) => {
    setProblem(undefined);
    try {
      const input = spec.toInput ? spec.toInput(values) : values;
      const saved = await save.mutateAsync(input);
      say.done(t(item ? 'common.saved' : 'common.created'));
      onClose();
      if (saved) spec.created?.(saved);
    } catch (error) {
      const found = asProblem(error);
      const errors = formErrors(found).map((one) => ({
        ...one,
        errors: one.errors.map((text) => serverWords(text, t)),
      }));
      form.setFields(errors as Parameters<typeof form.setFields>[0]);
      setProblem(found);
    }
  };
  /** Escape and a click beside the drawer must not lose what was typed; Cancel means it. */
  const leave = () => {
    if (!form.isFieldsTouched()) onClose();
    else
      void modal.confirm({
        title: t('common.dropSure'),
        okText: t('common.drop'),
        okButtonProps: { danger: true },
        cancelText: t('common.goOn'),
        onOk: onClose,
      });
  };
  return (
    <Drawer
      open
      size={560}
      onClose={leave}
      title={item ? spec.name(item) : (spec.createVerb ?? `${spec.title}: ${t('common.create')}`)}
      footer={
        <div className="row">
          <ReasonButton
            type="primary"
            reason={refused}
            loading={save.isPending}
            onClick={() => form.submit()}
          >
            {t('common.save')}
          </ReasonButton>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
        </div>
      }
    >
      <Form<Input>
        form={form}
        layout="vertical"
        requiredMark="optional"
        disabled={Boolean(refused)}
        initialValues={spec.initial(item)}
        onFinish={(values) => void submit(values)}
      >
        <ProblemNote error={problem} />
        {spec.fields(item)}
        <button type="submit" hidden />
      </Form>
    </Drawer>
  );
}
