import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../../api/automation';
import { sentence } from '../../../ui/decision/sentence';
import { useSpeech } from '../../../ui/decision/useTold';
import { type Difference, differences } from '../model/diff';

const COLOURS = { added: 'success', removed: 'error', changed: 'warning' } as const;

const kindOf = (one: Difference): keyof typeof COLOURS => {
  if (!('before' in one)) return 'added';
  return 'after' in one ? 'changed' : 'removed';
};
const shown = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 1);

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
  const speech = useSpeech(after.event);
  const found = differences(before, after);
  if (found.length === 0) return <p>{t('rules.versions.same')}</p>;
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
                <th scope="row" className="code">
                  {one.pointer.slice(1).replaceAll('/', ' › ')}
                </th>
                <td>
                  <Tag color={COLOURS[kind]}>{t(`rules.versions.${kind}`)}</Tag>
                </td>
                <td className="code">{'before' in one ? shown(one.before) : ''}</td>
                <td className="code">{'after' in one ? shown(one.after) : ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
