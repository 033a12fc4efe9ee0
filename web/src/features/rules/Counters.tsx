import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Fault, Rule } from '../../api/automation';
import { count } from '../../lib/format';
import { errorsOf } from '../../ui/criteria/faults';

const SHOWN = ['seen', 'matched', 'reacted', 'failed'] as const;

/** What the rule has done until now, moving while it is live, and what the check says. */
export function Counters({
  rule,
  checking,
  faults,
}: {
  rule: Rule;
  checking: boolean;
  faults: Fault[];
}) {
  const { t, i18n } = useTranslation();
  const errors = errorsOf(faults);
  return (
    <span className="row rule-counters">
      <span aria-live="polite">
        {checking ? (
          <Tag>{t('rules.builder.checking')}</Tag>
        ) : errors > 0 ? (
          <Tag color="error">{t('rules.faultsCount', { n: errors })}</Tag>
        ) : faults.length > 0 ? (
          <Tag color="warning">{t('rules.remarksCount', { n: faults.length })}</Tag>
        ) : (
          <Tag color="success">{t('rules.builder.fine')}</Tag>
        )}
      </span>
      {SHOWN.map((key) => (
        <span key={key} data-counter={key}>
          <span className="dim">{t(`rules.${key}`)}</span>{' '}
          <b>{count(rule.counters[key], i18n.language)}</b>
        </span>
      ))}
    </span>
  );
}
