import { ConfigProvider, Form, Segmented, Spin } from 'antd';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../../api/automation';
import type { ConditionPlace } from '../../api/loyalty';
import { type Conditions, ConditionsContext, useConditions } from '../../ui/criteria/Conditions';
import { ExpressionInput } from '../../ui/criteria/ExpressionInput';
import { FaultNotes } from '../../ui/criteria/FaultNotes';
import { GroupEditor } from '../../ui/criteria/GroupEditor';
import { conditions, emptyCriteria, isBlank, setAt } from '../../ui/decision/document';
import { useSay } from '../../ui/say';
import {
  conditionText,
  kept,
  readCondition,
  useConditionFaults,
  useConditionFields,
  useReading,
} from './condition';

const BLANK = emptyCriteria('form');
const NOTHING = kept('');

interface Props {
  place: ConditionPlace;
  label: string;
  value?: Criteria;
  onChange?(value: Criteria): void;
}

/** What stands on screen: a kept expression is shown as a form where the form can say it, and kept all the same. */
function useShown(place: ConditionPlace, value: Criteria, asText: boolean) {
  const text = value.kind === 'expression' ? value.text : '';
  const { data, isPending } = useReading(place, text);
  const group = data?.group as (Criteria & { kind: 'form' })['group'] | null | undefined;
  const shown = useMemo<Criteria>(() => {
    if (value.kind !== 'expression' || asText) return value;
    if (value.text.trim() === '') return BLANK;
    return group ? { kind: 'form', group } : value;
  }, [value, asText, group]);
  return {
    shown,
    waiting: value.kind === 'expression' && !asText && text.trim() !== '' && isPending,
  };
}

function Body({ shown, label }: { shown: Criteria; label: string }) {
  const { t } = useTranslation();
  const { fields, set, mayWrite } = useConditions();
  if (shown.kind === 'expression')
    return (
      <div data-at="/criteria/text">
        <ExpressionInput
          rows={2}
          label={label}
          value={shown.text}
          disabled={!mayWrite}
          onChange={(text) => set(['criteria', 'text'], text)}
        />
        <p className="dim under">
          {t('loyalty.condition.expressionHint', { example: fields[0]?.path ?? 'account.level' })}
        </p>
        <FaultNotes at="/criteria/text" />
      </div>
    );
  if (shown.kind !== 'form') return null;
  return (
    <>
      {conditions(shown.group).length === 0 ? (
        <p className="dim under">{t('loyalty.condition.none')}</p>
      ) : null}
      <GroupEditor group={shown.group} path={['criteria', 'group']} />
    </>
  );
}

/** A condition as the form that rules have, or as an expression for what the form cannot say. */
function ConditionInput({ place, label, value = NOTHING, onChange }: Props) {
  const { t } = useTranslation();
  const say = useSay();
  const mayWrite = !ConfigProvider.useConfig().componentDisabled;
  const [asText, setAsText] = useState(false);
  const fields = useConditionFields(place);
  const { shown, waiting } = useShown(place, value, asText);
  const faults = useConditionFaults(place, shown);
  const set: Conditions['set'] = (path, part) => {
    const { criteria } = setAt({ criteria: shown }, path, part);
    setAsText(criteria.kind === 'expression');
    onChange?.(criteria);
  };
  const toText = async () => {
    // What was not touched is still the text as it was written.
    if (value.kind === 'form') {
      const text = isBlank(value) ? '' : await conditionText(place, value, '');
      onChange?.(kept(text));
    }
    setAsText(true);
  };
  const toForm = async () => {
    if (value.kind === 'expression' && value.text.trim() !== '') {
      const { group } = await readCondition(place, value.text);
      if (!group) return say.failed(new Error(t('loyalty.condition.onlyText')));
    }
    setAsText(false);
  };
  if (waiting) return <Spin size="small" aria-label={t('common.loading')} />;
  return (
    <fieldset className="condition-input" aria-label={label}>
      <Segmented<'form' | 'expression'>
        size="small"
        aria-label={t('rules.builder.mode')}
        disabled={!mayWrite}
        value={shown.kind === 'form' ? 'form' : 'expression'}
        options={(['form', 'expression'] as const).map((mode) => ({
          value: mode,
          label: t(`loyalty.condition.modes.${mode}`),
        }))}
        onChange={(mode) => void (mode === 'form' ? toForm() : toText()).catch(say.failed)}
      />
      <ConditionsContext value={{ set, fields, faults, mayWrite, waits: t('common.loading') }}>
        <Body shown={shown} label={label} />
        <FaultNotes at="/criteria" />
      </ConditionsContext>
    </fieldset>
  );
}

/** A field of a form for a condition; what stands in it becomes an expression by `conditionText`. */
export function ConditionField({
  name,
  label,
  place,
  required = false,
  hint,
}: {
  name: string | string[];
  label: string;
  place: ConditionPlace;
  required?: boolean;
  hint?: string;
}) {
  const { t } = useTranslation();
  const filled = async (_: unknown, value: Criteria | undefined) => {
    if (!value || isBlank(value)) throw new Error(t('common.required'));
  };
  return (
    <Form.Item
      name={name}
      label={label}
      required={required}
      extra={hint}
      rules={required ? [{ validator: filled }] : []}
    >
      <ConditionInput place={place} label={label} />
    </Form.Item>
  );
}
