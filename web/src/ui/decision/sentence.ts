import type { TFunction } from 'i18next';
import type {
  Cards,
  Condition,
  Criteria,
  EventType,
  Group,
  Reaction,
  RuleDocument,
  RuleField,
} from '../../api/automation';
import type { Choice } from '../../api/choices';
import { count, localText } from '../../lib/format';
import { codeWord } from '../../lib/i18n';
import { askedCards, isCards, isGroup, shown } from './document';
import { choiceTitle, fieldTitle } from './fields';
import { afterPeriod, period, weekdays } from './period';

/** What a sentence needs to speak a language. */
export interface Speech {
  t: TFunction;
  language: string;
  fields: RuleField[];
  types: readonly EventType[];
  /** Titles of templates, where the reader may see them. */
  templates?: readonly Choice[];
}

const SAY = 'rules.builder.say';

export function eventTitle(name: string, types: readonly EventType[], language: string): string {
  const found = types.find((type) => type.name === name);
  return (found && localText(found.title, language)) || codeWord('eventKinds', name) || name;
}

/** A value as people write it: with its unit, by the title of a choice. */
export function sayValue(
  one: unknown,
  field: RuleField | undefined,
  { t, language }: Speech,
): string {
  if (one === null || one === undefined || one === '') return '…';
  if (typeof one === 'boolean') return t(one ? 'rules.builder.yes' : 'rules.builder.no');
  if (typeof one === 'number') {
    // Years and identifiers are numbers too, but those are rarely long and never have a unit.
    const text = count(one, language);
    return field?.unit ? `${text} ${field.unit}` : text;
  }
  return choiceTitle(field, one) ?? String(one);
}

export function sayCondition(condition: Condition, speech: Speech): string {
  const field = speech.fields.find((one) => one.path === condition.field);
  const list = Array.isArray(condition.value) ? condition.value : [condition.value];
  const said = list.map((one) => sayValue(one, field, speech));
  return speech.t(`${SAY}.ops.${condition.op}`, {
    field: fieldTitle(field, condition.field || '…'),
    value: said.join(condition.op === 'between' ? ' – ' : ', ') || '…',
  });
}

/** Which linked cards the customer has, or has not. */
export function sayCards(cards: Cards, speech: Speech): string {
  const { has, list, where } = askedCards(cards);
  const field = speech.fields.find((one) => one.path === list);
  const inner = sayGroup(where, speech);
  return speech.t(`${SAY}.cards.${inner ? `${has}Where` : has}` as `${typeof SAY}.cards.some`, {
    kind: fieldTitle(field, list || '…'),
    inner,
  });
}

/** Conditions in words; nothing where there are none. */
export function sayGroup(group: Group, speech: Speech, inside = false): string {
  const { mode, negated, items } = shown(group);
  const say = (one: (typeof items)[number]): string => {
    if (isGroup(one)) return sayGroup(one, speech, items.length > 1);
    return isCards(one) ? sayCards(one, speech) : sayCondition(one, speech);
  };
  const parts = items.map(say).filter(Boolean);
  const joined = parts.join(speech.t(mode === 'all' ? `${SAY}.and` : `${SAY}.or`));
  if (!joined) return '';
  if (negated) return speech.t(`${SAY}.not`, { inner: joined });
  return inside && parts.length > 1 ? `(${joined})` : joined;
}

/** An expression that asks nothing. */
const isAlways = (text: string): boolean => ['', 'true'].includes(text.trim());

function sayCriteria(criteria: Criteria, speech: Speech): string {
  const { t } = speech;
  if (criteria.kind === 'table') return t(`${SAY}.ifTable`);
  if (criteria.kind === 'expression')
    return isAlways(criteria.text) ? '' : t(`${SAY}.ifExpression`, { text: criteria.text.trim() });
  const conditions = sayGroup(criteria.group, speech);
  return conditions ? t(`${SAY}.if`, { conditions }) : '';
}

/** What a reaction does, without when. */
export function sayWhat(reaction: Reaction, speech: Speech): string {
  const { t, language, types, templates } = speech;
  switch (reaction.kind) {
    case 'message':
      return t(`${SAY}.message`, {
        template:
          templates?.find(({ value }) => value === reaction.template)?.label ||
          reaction.template ||
          '…',
        channel: t(`${SAY}.channels.${reaction.channel}`),
      });
    case 'emit':
      return t(`${SAY}.emit`, { event: eventTitle(reaction.event || '…', types, language) });
    case 'set_attribute':
      return t(`${SAY}.set_attribute`, {
        attribute: reaction.attribute || '…',
        value: reaction.value || '…',
      });
    case 'start_flow':
      return t(`${SAY}.start_flow`, { flow: reaction.flow || '…' });
    case 'call':
      return t(`${SAY}.call`, {
        operation: reaction.operation || '…',
        connector: reaction.connector || '…',
      });
    case 'task':
      return t(`${SAY}.task`, { title: reaction.title || '…' });
    case 'accrue':
      return t(`${SAY}.accrue`, {
        amount: reaction.amount || '…',
        bonusType: reaction.bonus_type || '…',
      });
    default:
      // A kind that this page does not know yet, by its own name.
      return (reaction as { kind: string }).kind;
  }
}

export function sayReaction(reaction: Reaction, speech: Speech): string {
  const { t, language, types } = speech;
  const after = reaction.after_seconds
    ? t(`${SAY}.after`, { period: afterPeriod(reaction.after_seconds, language) })
    : '';
  const unless = reaction.unless
    ? t(`${SAY}.unless`, { event: eventTitle(reaction.unless.event || '…', types, language) })
    : '';
  const when = (after + unless).replace(/^, /, '');
  return (when ? `${when} ` : '') + sayWhat(reaction, speech);
}

function sayLimits({ hours, valid_from, valid_to, limit }: RuleDocument, speech: Speech): string {
  const { t, language } = speech;
  const day = (at: string) =>
    new Date(at).toLocaleDateString(language === 'uz' ? 'ru' : language === 'en' ? 'en-GB' : 'ru');
  return [
    hours &&
      t(`${SAY}.hours`, {
        days: hours.days.length === 7 ? t(`${SAY}.everyDay`) : weekdays(hours.days, language),
        from: hours.from,
        to: hours.to,
      }),
    valid_from && t(`${SAY}.validFrom`, { from: day(valid_from) }),
    valid_to && t(`${SAY}.validTo`, { to: day(valid_to) }),
    limit && t(`${SAY}.limit`, { times: limit.times, period: period(limit.per_seconds, language) }),
  ]
    .filter(Boolean)
    .join('');
}

/** The whole rule in words, so that its author sees at once what it says. */
export function sentence(document: RuleDocument, speech: Speech): string {
  const { t, language, types } = speech;
  const reactions = document.reactions.map((one) => sayReaction(one, speech));
  return [
    t(`${SAY}.when`, { event: eventTitle(document.event || '…', types, language) }),
    sayCriteria(document.criteria, speech),
    sayLimits(document, speech),
    reactions.length > 0
      ? t(`${SAY}.acts`, { reactions: reactions.join(t(`${SAY}.next`)) })
      : t(`${SAY}.nothing`),
    document.on_error === 'roll_back' && reactions.length > 1 ? t(`${SAY}.undone`) : '',
    ...(['interest', 'goal'] as const).map((of) => {
      const awaited = document[of];
      return awaited
        ? t(`${SAY}.${of}`, {
            event: eventTitle(awaited.event || '…', types, language),
            period: period(awaited.within_seconds, language),
          })
        : '';
    }),
  ].join('');
}
