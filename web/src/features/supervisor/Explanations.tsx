import { Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Explanation } from '../../api/contract';
import { clock, duration } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';

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
          {t(`contacts.rules.${explanation.rule}`, { defaultValue: explanation.rule })} ·{' '}
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
          {
            title: t('contacts.verdict'),
            render: (_, row) => t(`contacts.reasons.${row.reason}`, { defaultValue: row.reason }),
          },
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
