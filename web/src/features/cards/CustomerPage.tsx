import { EditOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Descriptions, Tabs, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { usePanels } from '../../api/panels';
import type { Problem } from '../../api/problem';
import { type FullCustomer, people, useAttributes } from '../../api/records';
import { useCan } from '../../api/session';
import { dateTime, phone } from '../../lib/format';
import { EditDrawer } from '../../ui/crud/EditDrawer';
import { PageHead } from '../../ui/PageHead';
import { cardFields, Panel } from '../../ui/Panel';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { CUSTOMER } from './kinds';
import { AttributesPanel } from './record/AttributesPanel';
import { useCustomerSpec } from './record/CustomerFields';
import { DecisionsPanel } from './record/DecisionsPanel';
import { ContactsPanel, MessagesPanel } from './record/EventsPanels';
import { HistoryPanel } from './record/HistoryPanel';
import { LinksPanel } from './record/LinksPanel';

function Identifiers({ customer }: { customer: FullCustomer }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="panel" aria-label={t('cards.page.identifiers')}>
      <h2>{t('cards.page.identifiers')}</h2>
      <Descriptions
        size="small"
        column={1}
        items={[
          ...(customer.identifiers ?? []).map(({ kind, value }) => ({
            key: kind + value,
            label: t(`admin.customers.kinds.${kind}`),
            children: kind === 'phone' ? phone(value) : value,
          })),
          {
            key: 'since',
            label: t('cards.page.since'),
            children: dateTime(customer.created_at, i18n.language),
          },
          {
            key: 'changed',
            label: t('cards.page.changedAt'),
            children: dateTime(customer.updated_at, i18n.language),
          },
        ]}
      />
    </section>
  );
}

/** One customer: who it is, what is known, what it is linked to and what happened. */
export default function CustomerPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const [editing, setEditing] = useState(false);
  const attributes = useAttributes(CUSTOMER);
  const panels = usePanels('customer');
  const spec = useCustomerSpec();
  const may = useCan('customer.write');
  const maySend = useCan('message.send');
  const refused = may ? undefined : t('common.noAccess', { operation: 'customer.write' });
  const found = useQuery<FullCustomer, Problem>({
    queryKey: [people.path, id],
    queryFn: () => people.one(id),
  });
  const customer = found.data;
  const trouble = <ProblemNote error={found.error} onRetry={() => void found.refetch()} />;
  if (!customer) {
    return (
      <div className="page" aria-busy={found.isPending}>
        {trouble}
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead title={customer.name}>
        <span className="row">
          {customer.vip ? <Tag color="warning">★ VIP</Tag> : null}
          <Tag>{t(`desk.customer.${customer.kind}`)}</Tag>
          {customer.language ? <Tag>{t(`locale.${customer.language}`)}</Tag> : null}
        </span>
        {maySend ? (
          <Link className="ant-btn-like" to={`/automation/messages?send=${id}`}>
            {t('cards.page.send')}
          </Link>
        ) : null}
        <ReasonButton
          type="primary"
          icon={<EditOutlined />}
          reason={refused}
          onClick={() => setEditing(true)}
        >
          {t('cards.page.edit')}
        </ReasonButton>
      </PageHead>
      {trouble}
      <div className="record">
        <div>
          <Identifiers customer={customer} />
          <section className="panel" aria-label={t('cards.page.attributes')}>
            <h2>{t('cards.page.attributes')}</h2>
            <AttributesPanel attributes={attributes} values={customer.attributes} />
          </section>
        </div>
        <section className="panel">
          <Tabs
            destroyOnHidden
            items={[
              {
                key: 'links',
                label: t('cards.page.links'),
                children: <LinksPanel of={CUSTOMER} id={id} right="customer.write" />,
              },
              {
                key: 'history',
                label: t('cards.page.history'),
                children: <HistoryPanel path={people.path} id={id} attributes={attributes} />,
              },
              {
                key: 'contacts',
                label: t('cards.page.contacts'),
                children: <ContactsPanel customer={id} />,
              },
              {
                key: 'messages',
                label: t('cards.page.messages'),
                children: <MessagesPanel customer={id} />,
              },
              {
                key: 'decisions',
                label: t('cards.page.decisions'),
                children: <DecisionsPanel customer={id} />,
              },
              ...panels.map((panel, index) => ({
                key: `panel-${index}`,
                label: panel.title,
                children: <Panel {...panel} fields={cardFields(customer)} />,
              })),
            ]}
          />
        </section>
      </div>
      {editing ? (
        <EditDrawer
          spec={spec}
          item={customer}
          refused={refused}
          onClose={() => setEditing(false)}
        />
      ) : null}
    </div>
  );
}
