import { Descriptions, Drawer } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { EventType } from '../../api/automation';
import type { OutsideEvent } from '../../api/events';
import { useCan } from '../../api/session';
import { useDecisions } from '../../api/trials';
import { dateTime, localText } from '../../lib/format';
import { readyText } from '../../lib/i18n';
import { DecisionDetail } from '../../ui/decision/DecisionDetail';
import { ProblemNote } from '../../ui/ProblemNote';
import { useDataWords } from './DataWords';
import { Whom } from './Whom';

function Decisions({ id }: { id: string }) {
  const { t } = useTranslation();
  const found = useDecisions(`/events/${id}/decisions`, {}, true);
  if (found.error) return <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!found.data) return <div aria-busy="true" />;
  if (found.data.items.length === 0) return <p className="dim">{t('events.log.whyNone')}</p>;
  return found.data.items.map((decision) => (
    <div key={decision.rule_id} className="why-rule">
      <Link to={`/automation/rules/${decision.rule_id}`}>
        {readyText(decision.rule_name ?? decision.rule_id)}
      </Link>
      <DecisionDetail decision={decision} />
    </div>
  ));
}

/** One event: what came, and which rules looked at it and why they did or did not react. */
export function EventDrawer({
  event,
  type,
  onClose,
}: {
  event: OutsideEvent;
  type: EventType | undefined;
  onClose(): void;
}) {
  const { t, i18n } = useTranslation();
  const maySee = useCan('rule.read');
  const { payload } = event;
  const words = useDataWords(type, payload.data ?? {});
  const title = localText(type?.title, i18n.language) || event.kind;
  const at = dateTime(event.occurred_at, i18n.language, { exact: true });
  return (
    <Drawer open size={640} title={`${title}, ${at}`} onClose={onClose}>
      <h3>{t('events.log.data')}</h3>
      {payload.depth ? <p>{t('events.log.depth', { n: payload.depth })}</p> : null}
      <Descriptions
        size="small"
        column={1}
        items={[
          { key: 'whom', label: t('events.log.subject'), children: <Whom payload={payload} /> },
          ...words.map(({ name, label, text }) => ({ key: name, label, children: text })),
        ]}
      />
      <h3>{t('events.log.why')}</h3>
      {maySee ? (
        <Decisions id={event.event_id} />
      ) : (
        <p className="dim">{t('common.noAccess', { operation: 'rule.read' })}</p>
      )}
      <details>
        <summary>{t('events.log.raw')}</summary>
        <pre className="json">{JSON.stringify(payload, null, 2)}</pre>
      </details>
    </Drawer>
  );
}
