import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Contact } from '../../api/contract';
import type { Caller, Desk } from '../../api/frames';
import { useList } from '../../api/query';
import { people, useAttributes } from '../../api/records';
import { contacts } from '../../api/resources';
import { useCan } from '../../api/session';
import { isEmpty } from '../../lib/attributes';
import { dateTime, duration, localText, phone } from '../../lib/format';
import { keyLabel } from '../../lib/keys';
import { setPref, usePrefs } from '../../lib/prefs';
import { AttributeValue } from '../../ui/AttributeValue';
import { EmptyState } from '../../ui/EmptyState';
import { ProblemNote } from '../../ui/ProblemNote';
import { CustomerFlags } from './CustomerFlags';

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

/** Right: who is on the line. Folds to a strip and stays folded. */
export function CustomerPane({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const open = usePrefs((prefs) => prefs.customerOpen);
  const card = desk.contact?.card ?? desk.offer?.contact;
  const caller = card?.caller;
  const toggle = (
    <Button
      type="text"
      size="small"
      icon={open ? <RightOutlined /> : <LeftOutlined />}
      aria-label={t('help.customer')}
      aria-expanded={open}
      title={`${t('help.customer')} (${keyLabel('customer')})`}
      onClick={() => setPref('customerOpen', !open)}
    />
  );
  if (!open)
    return (
      <aside className="desk-customer" aria-label={t('desk.customer.title')}>
        {toggle}
      </aside>
    );
  return (
    <aside className="desk-customer" aria-label={t('desk.customer.title')}>
      <div className="row pane-head">
        <h2>{t('desk.customer.title')}</h2>
        {toggle}
      </div>
      {!caller ? <EmptyState text={t('desk.customer.none')} /> : null}
      {caller?.customer_id ? <Card id={caller.customer_id} caller={caller} /> : null}
      {caller && !caller.customer_id ? (
        <div>
          <h3 className="customer-name">{caller.name ?? phone(caller.number)}</h3>
          <p className="dim">{t('desk.customer.unknown')}</p>
        </div>
      ) : null}
      {card && caller?.number ? (
        <>
          <h2>{t('desk.customer.history')}</h2>
          <History number={caller.number} without={card.contact_id} />
        </>
      ) : null}
    </aside>
  );
}
