import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { readDeputies, saveDeputies } from '../../api/flows';
import { useChange } from '../../api/query';
import { people } from '../../api/resources';
import { useAll, useMe } from '../../api/session';
import type { Deputy } from '../../api/work-types';
import { FormDrawer } from '../../ui/FormDrawer';
import { ProblemNote } from '../../ui/ProblemNote';
import { useSay } from '../../ui/say';

const DAY = 'YYYY-MM-DD';

interface Row {
  deputy_id: string;
  days: [Dayjs, Dayjs];
}

const toRow = (one: Deputy): Row => ({
  deputy_id: one.deputy_id,
  days: [dayjs(one.from), dayjs(one.to)],
});

/** Who gets my tasks while I am away. */
export function Deputies({ onClose }: { onClose(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const me = useMe();
  const list = useQuery({ queryKey: ['/deputies'], gcTime: 0, queryFn: readDeputies });
  const save = useChange((rows: Deputy[]) => saveDeputies(rows), ['/deputies', '/tasks']);
  const options = useAll(people)
    .filter((one) => one.person_id !== me.person.id)
    .map((one) => ({ value: one.person_id, label: one.name }));
  const [form] = Form.useForm<{ rows: Row[] }>();
  const submit = async ({ rows }: { rows?: Row[] }) => {
    const wanted = (rows ?? []).map(({ deputy_id, days: [from, to] }) => ({
      deputy_id,
      from: from.format(DAY),
      to: to.format(DAY),
    }));
    await save.mutateAsync(wanted).then(
      () => {
        say.done(t('common.saved'));
        onClose();
      },
      // The note above the form says what was wrong.
      () => undefined,
    );
  };
  const mine = (list.data?.items ?? []).filter(
    (one) => !one.person_id || one.person_id === me.person.id,
  );
  return (
    <FormDrawer
      size={560}
      title={t('tasks.deputies')}
      busy={save.isPending}
      touched={() => form.isFieldsTouched()}
      onOk={() => form.submit()}
      onClose={onClose}
    >
      <p className="dim">{t('tasks.deputiesNote')}</p>
      <ProblemNote error={list.error ?? save.error} />
      {list.data ? (
        <Form
          form={form}
          initialValues={{ rows: mine.map(toRow) }}
          onFinish={(values) => void submit(values)}
        >
          <Form.List name="rows">
            {(rows, { add, remove }) => (
              <>
                {rows.map((row) => (
                  <div className="row deputy-row" key={row.key}>
                    <Form.Item
                      name={[row.name, 'deputy_id']}
                      rules={[{ required: true, message: t('common.required') }]}
                    >
                      <Select
                        aria-label={t('tasks.deputy')}
                        placeholder={t('tasks.deputy')}
                        style={{ width: 200 }}
                        showSearch={{ optionFilterProp: 'label' }}
                        options={options}
                      />
                    </Form.Item>
                    <Form.Item
                      name={[row.name, 'days']}
                      rules={[{ required: true, message: t('common.required') }]}
                    >
                      <DatePicker.RangePicker format="DD.MM.YYYY" />
                    </Form.Item>
                    <Button
                      type="text"
                      icon={<DeleteOutlined aria-hidden />}
                      aria-label={t('common.delete')}
                      onClick={() => remove(row.name)}
                    />
                  </div>
                ))}
                <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => add({})}>
                  {t('tasks.addDeputy')}
                </Button>
              </>
            )}
          </Form.List>
        </Form>
      ) : null}
    </FormDrawer>
  );
}
