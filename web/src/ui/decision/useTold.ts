import { useTranslation } from 'react-i18next';
import type { Criteria, Group, RuleDocument, RuleField } from '../../api/automation';
import { useTemplateChoices } from '../../api/choices';
import { useEventTypes } from '../../api/rules';
import { type Decision, type TraceStep, useVersions } from '../../api/trials';
import { storedCards } from './document';
import { explain } from './explain';
import { fieldTitle, isOperator } from './fields';
import { type Speech, sayCards, sayCondition, sayValue } from './sentence';
import { useFields } from './useFields';
import { useNamed } from './useKnown';

/** What a rule about this event needs to be told in the reader's language. */
export function useSpeech(event: string, criteria?: Criteria): Speech {
  const { t, i18n } = useTranslation();
  const fields = useNamed(useFields(event), criteria?.kind === 'form' ? criteria.group : undefined);
  const types = useEventTypes().data ?? [];
  const templates = useTemplateChoices(i18n.language);
  return { t, language: i18n.language, fields, types, templates };
}

/** A step of the trace in the words of the builder. */
export function stepWords(step: TraceStep, speech: Speech): string | undefined {
  const { field, op, value } = step;
  if (!field) return undefined;
  if (op === 'some' || op === 'none')
    return sayCards(storedCards({ has: op, list: field, where: groupOf(value) }), speech);
  if (op && isOperator(op)) return sayCondition({ field, op, value }, speech);
  return speech.fields.find(({ path }) => path === field)?.title;
}

/** What a condition met, as people write it. */
export function metWords(step: TraceStep, speech: Speech): string {
  const field = speech.fields.find(({ path }) => path === step.field);
  const { actual } = step;
  if (actual === null || actual === undefined || actual === '')
    return speech.t('rules.trial.missing');
  if (field?.group === 'cards' && Array.isArray(actual)) return cardsWords(field, actual, speech);
  return typeof actual === 'object' ? JSON.stringify(actual) : sayValue(actual, field, speech);
}

/** What was read of linked cards: how many there are, and what each of them says. */
function cardsWords(list: RuleField, cards: unknown[], speech: Speech): string {
  const said = cards.flatMap((card) => {
    if (typeof card !== 'object' || card === null) return [sayValue(card, list, speech)];
    const parts = Object.entries(card).map(([key, value]) => {
      const path = `${list.path}.${key}`;
      const field = speech.fields.find((one) => one.path === path);
      return `${fieldTitle(field, key)}: ${sayValue(value, field, speech)}`;
    });
    return parts.length > 0 ? [parts.join(', ')] : [];
  });
  const count = speech.t('rules.builder.cards.count', { n: cards.length });
  return said.length > 0 ? `${count} (${said.join('; ')})` : count;
}

/** The group that a step of a trace carries as its value. */
const groupOf = (value: unknown): Group =>
  typeof value === 'object' &&
  value !== null &&
  ('all' in value || 'any' in value || 'not' in value)
    ? (value as Group)
    : { all: [] };

/** A decision with the document of the version that made it; without that version only what was read is known. */
export function useTold(decision: Decision): {
  document: RuleDocument | undefined;
  steps: TraceStep[];
  speech: Speech;
} {
  const versions = useVersions(decision.rule_id).data ?? [];
  const document = versions.find(({ version }) => version === decision.version)?.document;
  const speech = useSpeech(document?.event ?? '', document?.criteria);
  const inputs = decision.inputs ?? {};
  const steps = document
    ? explain(document.criteria, inputs)
    : Object.entries(inputs).map(
        ([field, actual]): TraceStep => ({ part: 'criteria', held: null, field, actual }),
      );
  return { document, steps, speech };
}
