import { Form } from 'antd';
import { useTranslation } from 'react-i18next';
import { useChange } from '../../api/query';
import { FormDrawer } from '../FormDrawer';
import { ProblemNote } from '../ProblemNote';
import { useSay } from '../say';
import type { Spec } from './spec';
import { useRefusal } from './useRefusal';

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
  const [form] = Form.useForm<Input>();
  const refusal = useRefusal(form);
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
    refusal.forget();
    try {
      const input = spec.toInput ? await spec.toInput(values) : values;
      const saved = await save.mutateAsync(input);
      say.done(t(item ? 'common.saved' : 'common.created'));
      onClose();
      if (saved) spec.created?.(saved);
    } catch (error) {
      refusal.tell(error);
    }
  };
  return (
    <FormDrawer
      size={spec.size ?? 560}
      title={item ? spec.name(item) : (spec.createVerb ?? `${spec.title}: ${t('common.create')}`)}
      reason={refused}
      busy={save.isPending}
      touched={() => form.isFieldsTouched()}
      onOk={() => form.submit()}
      onClose={onClose}
    >
      <Form<Input>
        form={form}
        layout="vertical"
        requiredMark="optional"
        disabled={Boolean(refused)}
        initialValues={spec.initial(item)}
        onFinish={(values) => void submit(values)}
        onValuesChange={refusal.changed}
      >
        <ProblemNote error={refusal.problem} />
        {spec.fields(item)}
        <button type="submit" hidden />
      </Form>
    </FormDrawer>
  );
}
