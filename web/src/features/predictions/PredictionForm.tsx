import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Prediction, PredictionFields } from '../../api/predictions';
import { useEventTypes, useRuleFields } from '../../api/rules';
import { localText } from '../../lib/format';
import { LocalTextField, NumberField, TextField } from '../../ui/crud/fields';
import { NameFollows } from '../../ui/NameFollows';

const DAYS_AHEAD = 14;
const DAYS_BEFORE = 90;
const RETRAIN_HOURS = 24;
/** What a target may be narrowed by in this form; another one stays as it is. */
type Criteria = NonNullable<PredictionFields['definition']['target']['criteria']>;

export function toForm(one: Prediction | undefined): Partial<PredictionFields> {
  if (one) {
    const { name, title, description, definition, retrain_hours } = one;
    return { name, title, description, definition, retrain_hours: retrain_hours ?? null };
  }
  return {
    retrain_hours: RETRAIN_HOURS,
    definition: {
      target: { event: 'purchase' },
      happens: true,
      within_days: DAYS_AHEAD,
      among: { events: ['purchase'], within_days: DAYS_BEFORE },
      sources: [{ event: 'purchase', amount: 'amount', category: 'category' }],
      attributes: [],
    },
  };
}

const written = (criteria: Criteria | null | undefined) =>
  criteria?.kind === 'expression' && !criteria.text.trim() ? null : (criteria ?? null);

export function fromForm(form: PredictionFields): PredictionFields {
  const { definition } = form;
  const { target } = definition;
  return {
    ...form,
    description: form.description ?? '',
    retrain_hours: form.retrain_hours ?? null,
    definition: {
      ...definition,
      target: { event: target.event, criteria: written(target.criteria) },
      sources: definition.sources.map(({ event, amount, category }) => ({
        event,
        amount: amount || null,
        category: category || null,
      })),
    },
  };
}

/** The text of an expression as criteria; a form that came by the interface is shown as it is. */
function CriteriaInput({
  value,
  onChange,
}: {
  value?: Criteria | null;
  onChange?(value: Criteria): void;
}) {
  const { t } = useTranslation();
  const text = value?.kind === 'expression' ? value.text : '';
  const isForm = value != null && value.kind !== 'expression';
  return (
    <Input
      className="code"
      autoComplete="off"
      aria-label={t('predictions.criteria')}
      disabled={isForm}
      value={isForm ? JSON.stringify(value) : text}
      onChange={(event) => onChange?.({ kind: 'expression', text: event.target.value })}
    />
  );
}

function Sources({ events }: { events: { value: string; label: string }[] }) {
  const { t } = useTranslation();
  return (
    <Form.List name={['definition', 'sources']}>
      {(rows, { add, remove }) => (
        <>
          {rows.map((row) => (
            <div className="row" key={row.key}>
              <Form.Item
                name={[row.name, 'event']}
                label={t('predictions.event')}
                rules={[{ required: true, message: t('common.required') }]}
              >
                <Select style={{ width: 190 }} options={events} />
              </Form.Item>
              <Form.Item name={[row.name, 'amount']} label={t('predictions.amount')}>
                <Input className="code" autoComplete="off" />
              </Form.Item>
              <Form.Item name={[row.name, 'category']} label={t('predictions.category')}>
                <Input className="code" autoComplete="off" />
              </Form.Item>
              <Button
                type="text"
                icon={<DeleteOutlined aria-hidden />}
                aria-label={t('predictions.removeSource')}
                onClick={() => remove(row.name)}
              />
            </div>
          ))}
          <Button type="dashed" icon={<PlusOutlined aria-hidden />} onClick={() => add({})}>
            {t('predictions.addSource')}
          </Button>
        </>
      )}
    </Form.List>
  );
}

/** What is predicted, of whom, from what. */
export function PredictionForm() {
  const { t, i18n } = useTranslation();
  const types = useEventTypes().data ?? [];
  const events = types.map((type) => ({
    value: type.name,
    label: localText(type.title, i18n.language) || type.name,
  }));
  const target = Form.useWatch(['definition', 'target', 'event']) as string | undefined;
  const attributes = (useRuleFields(target ?? '').data ?? [])
    .filter((field) => field.group === 'customer' && field.path.startsWith('customer.'))
    .filter((field) => ['number', 'boolean', 'choice'].includes(field.type))
    .map((field) => ({
      value: field.path.slice('customer.'.length),
      label: typeof field.title === 'string' ? field.title : localText(field.title, i18n.language),
    }));
  const needed = [{ required: true, message: t('common.required') }];
  return (
    <>
      <LocalTextField name="title" label={t('predictions.formTitle')} />
      <TextField name="name" label={t('predictions.name')} hint={t('predictions.nameHint')} />
      <NameFollows to="name" joint="_" />
      <TextField name="description" label={t('predictions.description')} optional />
      <h3>{t('predictions.target')}</h3>
      <div className="pair">
        <Form.Item
          name={['definition', 'target', 'event']}
          label={t('predictions.event')}
          rules={needed}
        >
          <Select options={events} />
        </Form.Item>
        <Form.Item name={['definition', 'happens']} label={t('predictions.happens')} required>
          <Select
            options={[
              { value: true, label: t('predictions.will') },
              { value: false, label: t('predictions.willNot') },
            ]}
          />
        </Form.Item>
      </div>
      <Form.Item
        name={['definition', 'target', 'criteria']}
        label={t('predictions.criteria')}
        extra={t('predictions.criteriaHint')}
      >
        <CriteriaInput />
      </Form.Item>
      <NumberField
        name={['definition', 'within_days']}
        label={t('predictions.within')}
        min={1}
        max={90}
      />
      <Form.Item
        name={['definition', 'among', 'events']}
        label={t('predictions.among')}
        rules={needed}
      >
        <Select mode="multiple" options={events} />
      </Form.Item>
      <NumberField
        name={['definition', 'among', 'within_days']}
        label={t('predictions.amongDays')}
        min={1}
        max={365}
      />
      <h3>{t('predictions.sources')}</h3>
      <Sources events={events} />
      <Form.Item
        name={['definition', 'attributes']}
        label={t('predictions.attributes')}
        extra={t('predictions.attributesHint')}
      >
        <Select mode="multiple" options={attributes} />
      </Form.Item>
      <Form.Item
        name="retrain_hours"
        label={t('predictions.retrain')}
        extra={t('predictions.retrainHint')}
      >
        <InputNumber min={1} max={8760} precision={0} style={{ width: '100%' }} />
      </Form.Item>
    </>
  );
}
