import { Table } from 'antd';
import { useTranslation } from 'react-i18next';
import type { RuleDocument } from '../../../api/automation';
import type { Simulation } from '../../../api/trials';
import { count, dateTime } from '../../../lib/format';
import { type Speech, sayWhat } from '../../../ui/decision/sentence';
import { useVerdict } from '../../../ui/decision/TraceView';
import { useSpeech } from '../../../ui/decision/useTold';

/** What the reaction of a key does. */
function naming(document: RuleDocument, speech: Speech) {
  return (key: string): string => {
    const reaction = document.reactions.find((one) => one.key === key);
    return reaction ? sayWhat(reaction, speech) : key;
  };
}

function Figures({ found, said }: { found: Simulation; said(key: string): string }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="figures">
      {(['seen', 'matched', 'customers'] as const).map((key) => (
        <div key={key} className="panel figure" data-figure={key}>
          <span className="dim">{t(`rules.simulation.${key}`)}</span>
          <b>{count(found[key], i18n.language)}</b>
        </div>
      ))}
      {Object.entries(found.reactions).map(([key, value]) => (
        <div key={key} className="panel figure" data-figure={`reaction-${key}`}>
          <span className="dim">{said(key)}</span>
          <b>{count(value, i18n.language)}</b>
        </div>
      ))}
    </div>
  );
}

/** The counts of a simulation, some of the customers, and what kept the rule from the other events. */
export function SimulationFigures({
  found,
  document,
}: {
  found: Simulation;
  document: RuleDocument;
}) {
  const { t, i18n } = useTranslation();
  const verdict = useVerdict();
  const said = naming(document, useSpeech(document.event, document.criteria));
  return (
    <>
      <Figures found={found} said={said} />
      <div className="halves">
        <section className="panel side-block" aria-label={t('rules.simulation.examples')}>
          <h2>{t('rules.simulation.examples')}</h2>
          <Table
            rowKey="event_id"
            size="small"
            pagination={false}
            dataSource={found.examples}
            locale={{ emptyText: t('rules.simulation.noExamples') }}
            columns={[
              {
                title: t('rules.simulation.when'),
                render: (_, row) => dateTime(row.occurred_at, i18n.language),
              },
              {
                title: t('rules.simulation.customer'),
                render: (_, row) => row.customer_name ?? row.customer_id ?? '—',
              },
              {
                title: t('rules.simulation.reactions'),
                render: (_, row) => row.reactions.map(said).join('; '),
              },
            ]}
          />
        </section>
        <section className="panel side-block" aria-label={t('rules.simulation.wouldNot')}>
          <h2>{t('rules.simulation.wouldNot')}</h2>
          <Table
            rowKey="reason"
            size="small"
            pagination={false}
            dataSource={found.would_not}
            locale={{ emptyText: '—' }}
            columns={[
              {
                title: t('rules.simulation.reason'),
                render: (_, row) => verdict({ matched: false, verdict: row.reason }),
              },
              {
                title: t('rules.simulation.count'),
                align: 'right',
                render: (_, row) => count(row.count, i18n.language),
              },
            ]}
          />
        </section>
      </div>
    </>
  );
}
