import { Table } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { Explanation } from '../../api/contract';
import { clock, duration } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';

const RULES = ['contact_waits', 'operator_free'] as const;
const REASONS = ['longest_idle', 'not_free', 'skill', 'refused_before', 'idle_for_less'] as const;

function ruleWord(rule: string, t: TFunction): string {
  const known = RULES.find((value) => value === rule);
  return known ? t(`contacts.rules.${known}`) : rule;
}

function reasonWord(reason: string, t: TFunction): string {
  const known = REASONS.find((value) => value === reason);
  return known ? t(`contacts.reasons.${known}`) : reason;
}

/** Why this operator, and why not the others. */
export function Explanations({ explanations }: { explanations: Explanation[] }) {
  const { t } = useTranslation();
  if (explanations.length === 0) return <EmptyState text={t('contacts.noWhy')} />;
  return explanations.map((explanation) => (
    <article className="why" key={explanation.at}>
      <p>
        <span className="digits dim">{clock(Date.parse(explanation.at))}</span>{' '}
        <strong>
          {explanation.chosen
            ? t('contacts.chosen', {
                name: explanation.chosen.name ?? explanation.chosen.operator_id,
              })
            : t('contacts.nobodyChosen')}
        </strong>{' '}
        <span className="dim">
          {ruleWord(explanation.rule, t)} ·{' '}
          {t('contacts.considered', {
            n: explanation.considered,
            out: explanation.ruled_out,
            waiting: explanation.waiting,
          })}
        </span>
      </p>
      <Table
        rowKey="operator_id"
        size="small"
        pagination={false}
        dataSource={explanation.candidates}
        columns={[
          { title: t('floor.operator'), render: (_, row) => row.name ?? row.operator_id },
          { title: t('contacts.verdict'), render: (_, row) => reasonWord(row.reason, t) },
          {
            title: t('contacts.idle'),
            align: 'right',
            render: (_, row) => (row.idle_seconds == null ? '—' : duration(row.idle_seconds)),
          },
        ]}
      />
    </article>
  ));
}
