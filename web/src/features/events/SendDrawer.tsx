import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EventType } from '../../api/automation';
import { sendEvent } from '../../api/events';
import { queryClient } from '../../api/query';
import { localText } from '../../lib/format';
import { EventForm, type Values } from '../../ui/EventForm';
import { FormDrawer } from '../../ui/FormDrawer';
import { ProblemNote } from '../../ui/ProblemNote';
import { useSay } from '../../ui/say';

/** Sends one event as an outside system would, to see that everything is connected. */
export function SendDrawer({ types, onClose }: { types: EventType[]; onClose(): void }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const [name, setName] = useState<string>();
  const [who, setWho] = useState('');
  const [values, setValues] = useState<Values>({});
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const type = types.find((one) => one.name === name);
  const named = type !== undefined && type.subject !== 'none';
  const submit = async () => {
    if (!name) return;
    setBusy(true);
    setProblem(undefined);
    await sendEvent(name, named && who ? who : undefined, values)
      .then(async (receipt) => {
        if (receipt?.status === 'refused')
          throw new Error(receipt.faults?.map((fault) => fault.message).join(' '));
        say.done(t(receipt?.status === 'duplicate' ? 'events.log.duplicate' : 'events.log.sent'));
        await queryClient.invalidateQueries({ queryKey: ['events'] });
        onClose();
      })
      .catch(setProblem);
    setBusy(false);
  };
  return (
    <FormDrawer
      size={560}
      title={t('events.log.send')}
      ok={t('events.log.send')}
      reason={name ? undefined : t('events.log.chooseType')}
      busy={busy}
      touched={() => who !== '' || Object.keys(values).length > 0}
      onOk={() => void submit()}
      onClose={onClose}
    >
      <ProblemNote error={problem} />
      <Form layout="vertical">
        <Form.Item label={t('events.log.type')}>
          <Select
            aria-label={t('events.log.type')}
            placeholder={t('events.log.chooseType')}
            showSearch={{ optionFilterProp: 'label' }}
            value={name ?? null}
            options={types.map((one) => ({
              value: one.name,
              label: localText(one.title, i18n.language) || one.name,
            }))}
            onChange={(next) => {
              setName(next ?? undefined);
              setValues({});
            }}
          />
        </Form.Item>
        {named ? (
          <Form.Item label={t('events.log.identifier')}>
            <Input
              aria-label={t('events.log.identifier')}
              value={who}
              onChange={(event) => setWho(event.target.value.trim())}
            />
          </Form.Item>
        ) : null}
      </Form>
      {type ? (
        <EventForm key={name} schema={type.schema} values={values} onChange={setValues} />
      ) : null}
    </FormDrawer>
  );
}
