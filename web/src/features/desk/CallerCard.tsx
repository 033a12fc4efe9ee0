import { useQuery } from '@tanstack/react-query';
import { Collapse, Descriptions } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Contact } from '../../api/contract';
import type { Caller, Card as ContactCard } from '../../api/frames';
import { usePanels } from '../../api/panels';
import { useList } from '../../api/query';
import { people, useAttributes } from '../../api/records';
import { contacts } from '../../api/resources';
import { useCan } from '../../api/session';
import { isEmpty } from '../../lib/attributes';
import { dateTime, duration, localText, phone } from '../../lib/format';
import { pageWords } from '../../lib/i18n';
import { later } from '../../lib/later';
import { AttributeValue } from '../../ui/AttributeValue';
import { cardFields, Panel } from '../../ui/Panel';
import { ProblemNote } from '../../ui/ProblemNote';
import { CustomerFlags } from './CustomerFlags';

const LoyaltyCard = later(async () => {
  // Its words are those of the loyalty pages.
  const [card] = await Promise.all([import('./LoyaltyCard'), pageWords()]);
  return card;
});

function Card({ id, caller }: { id: string; caller: Caller }) {
  const { t, i18n } = useTranslation();
  const mayOpen = useCan(people.right);
  const attributes = useAttributes('customer');
  const card = useQuery({ queryKey: [people.path, id], queryFn: () => people.one(id) });
  if (card.error) return <ProblemNote error={card.error} onRetry={() => void card.refetch()} />;
  const customer = card.data;
  return (
    <>
      <h3 className="customer-name">
        {mayOpen ? (
          <Link to={`/customers/${id}`}>{customer?.name ?? caller.name}</Link>
        ) : (
          (customer?.name ?? caller.name)
        )}
      </h3>
      <CustomerFlags caller={caller} />
      <Descriptions
        column={1}
        size="small"
        items={[
          {
            key: 'kind',
            label: t('desk.customer.kind'),
            children: t(`desk.customer.${customer?.kind ?? 'individual'}`),
          },
          ...(customer?.identifiers ?? []).map((identifier) => ({
            key: identifier.kind + identifier.value,
            label: t(`desk.customer.kinds.${identifier.kind}`),
            children: identifier.kind === 'phone' ? phone(identifier.value) : identifier.value,
          })),
          // Only what is filled: the pane is narrow, the rest stands on the customer's page.
          ...attributes
            .filter((attribute) => !isEmpty(customer?.attributes?.[attribute.key]))
            .map((attribute) => ({
              key: `attribute-${attribute.key}`,
              label: localText(attribute.title, i18n.language) || attribute.key,
              children: (
                <AttributeValue of={attribute} value={customer?.attributes?.[attribute.key]} />
              ),
            })),
        ]}
      />
    </>
  );
}

function History({ number, without }: { number: string; without: string }) {
  const { t, i18n } = useTranslation();
  const allowed = useCan('contact.read');
  const list = useList(contacts, { q: number, limit: 10 }, allowed);
  if (!allowed) return <p className="dim">{t('common.noAccess', { operation: 'contact.read' })}</p>;
  if (list.error) return <ProblemNote error={list.error} onRetry={() => void list.refetch()} />;
  const items: Contact[] = (list.data?.items ?? []).filter((item) => item.id !== without);
  if (items.length === 0) return <p className="dim">{t('desk.customer.noHistory')}</p>;
  return (
    <ul className="history">
      {items.map((item) => (
        <li key={item.id}>
          <Link to={`/contacts/${item.id}`}>{dateTime(item.arrived_at, i18n.language)}</Link>
          <span className="dim">
            {[
              item.queue_name,
              item.operator_name,
              item.talk_seconds ? duration(item.talk_seconds) : undefined,
            ]
              .filter(Boolean)
              .join(' · ')}
          </span>
          {item.note ? <p>{item.note}</p> : null}
        </li>
      ))}
    </ul>
  );
}

/** Pages of other systems beside the conversation; for an unknown caller they know the number. */
function DeskPanels({ caller }: { caller: Caller }) {
  const panels = usePanels('desk');
  const id = caller.customer_id;
  const card = useQuery({
    queryKey: [people.path, id],
    queryFn: () => people.one(id ?? ''),
    enabled: Boolean(id) && panels.length > 0,
  });
  if (panels.length === 0 || (id && !card.data)) return null;
  const fields = card.data ? cardFields(card.data) : { phone: caller.number };
  return (
    <Collapse
      size="small"
      className="desk-panels"
      items={panels.map((panel) => ({
        key: panel.title,
        label: panel.title,
        children: <Panel {...panel} fields={fields} />,
      }))}
    />
  );
}

/** Who is on the line, what we know about them, and when they were here before. */
export default function CallerCard({ card }: { card: ContactCard }) {
  const { t } = useTranslation();
  const { caller } = card;
  const readsLoyalty = useCan('loyalty.read');
  return (
    <>
      {caller.customer_id ? (
        <Card id={caller.customer_id} caller={caller} />
      ) : (
        <div>
          <h3 className="customer-name">{caller.name ?? phone(caller.number)}</h3>
          <p className="dim">{t('desk.customer.unknown')}</p>
        </div>
      )}
      {caller.customer_id && readsLoyalty ? (
        <Suspense fallback={null}>
          <LoyaltyCard customer={caller.customer_id} />
        </Suspense>
      ) : null}
      <DeskPanels caller={caller} />
      {caller.number ? (
        <>
          <h2>{t('desk.customer.history')}</h2>
          <History number={caller.number} without={card.contact_id} />
        </>
      ) : null}
    </>
  );
}
