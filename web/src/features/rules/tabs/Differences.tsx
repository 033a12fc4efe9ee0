import { Tag } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../../api/automation';
import { parts } from '../../../lib/pointer';
import { isOperator } from '../../../ui/decision/fields';
import { period } from '../../../ui/decision/period';
import { type Speech, sentence } from '../../../ui/decision/sentence';
import { useSpeech } from '../../../ui/decision/useTold';
import { type Difference, differences } from '../model/diff';

const COLOURS = { added: 'success', removed: 'error', changed: 'warning' } as const;

const kindOf = (one: Difference): keyof typeof COLOURS => {
  if (!('before' in one)) return 'added';
  return 'after' in one ? 'changed' : 'removed';
};

/** What places of a rule are called in the form; what only holds others is not named. */
const PLACES = {
  event: 'event',
  criteria: 'criteria',
  op: 'operator',
  field: 'field',
  value: 'value',
  text: 'expression',
  hours: 'hours',
  days: 'days',
  from: 'hoursFrom',
  to: 'hoursTo',
  valid_from: 'validFrom',
  valid_to: 'validTo',
  limit: 'limit',
  times: 'limitTimes',
  per_seconds: 'limitPer',
  after_seconds: 'after',
  unless: 'unless',
  channel: 'channel',
  template: 'template',
  class: 'classOf',
  attribute: 'attribute',
  flow: 'flow',
  variables: 'variables',
  connector: 'connector',
  operation: 'operation',
  input: 'input',
  bonus_type: 'bonusType',
  amount: 'points',
  validity_days: 'pointsValid',
  title: 'taskTitle',
  role: 'role',
  deadline_seconds: 'deadline',
  on_error: 'onError',
  goal: 'goal',
  within_seconds: 'goalWithin',
} as const;
const HOLDERS = ['group', 'all', 'any', 'not', 'data'];

const placeWord = (name: string, t: TFunction): string =>
  name in PLACES ? t(`rules.builder.${PLACES[name as keyof typeof PLACES]}`) : name;

function placeWords(pointer: string, { reactions }: RuleDocument, t: TFunction): string {
  const [first, second, ...rest] = parts(pointer);
  const told = (names: string[]) =>
    names
      .filter((name) => !HOLDERS.includes(name))
      .map((name) => (/^\d+$/.test(name) ? `${Number(name) + 1}` : placeWord(name, t)));
  const kind = first === 'reactions' && reactions[Number(second)]?.kind;
  if (kind)
    return [`${Number(second) + 1}. ${t(`rules.builder.kinds.${kind}`)}`, ...told(rest)].join(
      ' › ',
    );
  const top = first === 'reactions' ? t('rules.builder.reactions') : undefined;
  if (first === 'tests')
    return [t('rules.trial.tests'), ...told(second ? [second] : [])].join(' › ');
  return [...(top ? [top] : told(first ? [first] : [])), ...told([second ?? '', ...rest])]
    .filter(Boolean)
    .join(' › ');
}

/** A value as the form shows it. */
function shown(value: unknown, pointer: string, speech: Speech): string {
  const { t, language } = speech;
  if (typeof value === 'number' && pointer.endsWith('_seconds')) return period(value, language);
  if (pointer.endsWith('/template'))
    return speech.templates?.find((one) => one.value === value)?.label ?? String(value);
  if (typeof value === 'string')
    return pointer.endsWith('/op') && isOperator(value) ? t(`rules.builder.ops.${value}`) : value;
  const entries = Object.entries(value ?? {});
  const plain = entries.length > 0 && entries.every(([, inner]) => typeof inner !== 'object');
  if (!plain || Array.isArray(value)) return JSON.stringify(value, null, 1);
  return entries
    .map(([key, inner]) => `${placeWord(key, t)}: ${shown(inner, `${pointer}/${key}`, speech)}`)
    .join('\n');
}

/** Two versions side by side: in words, and place by place. */
export function Differences({
  before,
  after,
  names,
}: {
  before: RuleDocument;
  after: RuleDocument;
  names: [string, string];
}) {
  const { t } = useTranslation();
  const speech = useSpeech(after.event, after.criteria);
  const found = differences(before, after);
  if (found.length === 0) return <p>{t('rules.versions.same')}</p>;
  const value = (of: unknown, { pointer }: Difference) => shown(of, pointer, speech);
  const say = (document: RuleDocument) => sentence(document, speech);
  return (
    <>
      <div className="halves">
        <section className="panel side-block">
          <h2>{names[0]}</h2>
          <p className="rule-sentence">{say(before)}</p>
        </section>
        <section className="panel side-block">
          <h2>{names[1]}</h2>
          <p className="rule-sentence">{say(after)}</p>
        </section>
      </div>
      <table className="diff-table">
        <tbody>
          {found.map((one) => {
            const kind = kindOf(one);
            return (
              <tr key={one.pointer} data-diff={kind}>
                <th scope="row" title={one.pointer}>
                  {placeWords(one.pointer, kind === 'removed' ? before : after, t)}
                </th>
                <td>
                  <Tag color={COLOURS[kind]}>{t(`rules.versions.${kind}`)}</Tag>
                </td>
                <td className="code">{'before' in one ? value(one.before, one) : ''}</td>
                <td className="code">{'after' in one ? value(one.after, one) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
