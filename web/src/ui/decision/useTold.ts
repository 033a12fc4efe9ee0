import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../api/automation';
import { useTemplateChoices } from '../../api/choices';
import { useEventTypes } from '../../api/rules';
import { type Decision, type TraceStep, useVersions } from '../../api/trials';
import { explain } from './explain';
import { isOperator } from './fields';
import { type Speech, sayCondition, sayValue } from './sentence';
import { useFields } from './useFields';

/** What a rule about this event needs to be told in the reader's language. */
export function useSpeech(event: string): Speech {
  const { t, i18n } = useTranslation();
  const fields = useFields(event);
  const types = useEventTypes().data ?? [];
  const templates = useTemplateChoices(i18n.language);
  return { t, language: i18n.language, fields, types, templates };
}

/** A step of the trace in the words of the builder. */
export function stepWords(step: TraceStep, speech: Speech): string | undefined {
  const { field, op, value } = step;
  if (!field) return undefined;
  if (op && isOperator(op)) return sayCondition({ field, op, value }, speech);
  return speech.fields.find(({ path }) => path === field)?.title;
}

/** What a condition met, as people write it. */
export function metWords(step: TraceStep, speech: Speech): string {
  const field = speech.fields.find(({ path }) => path === step.field);
  const { actual } = step;
  if (actual === null || actual === undefined || actual === '')
    return speech.t('rules.trial.missing');
  return typeof actual === 'object' ? JSON.stringify(actual) : sayValue(actual, field, speech);
}

/** A decision with the document of the version that made it; without that version only what was read is known. */
export function useTold(decision: Decision): {
  document: RuleDocument | undefined;
  steps: TraceStep[];
  speech: Speech;
} {
  const versions = useVersions(decision.rule_id).data ?? [];
  const document = versions.find(({ version }) => version === decision.version)?.document;
  const speech = useSpeech(document?.event ?? '');
  const inputs = decision.inputs ?? {};
  const steps = document
    ? explain(document.criteria, inputs)
    : Object.entries(inputs).map(
        ([field, actual]): TraceStep => ({ part: 'criteria', held: null, field, actual }),
      );
  return { document, steps, speech };
}
