import { useQuery } from '@tanstack/react-query';
import { Descriptions, Tag } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import type { ContactDetail } from '../../api/contract';
import { send } from '../../api/http';
import type { Problem } from '../../api/problem';
import { contacts } from '../../api/resources';
import { useCan } from '../../api/session';
import { dateTime, duration, phone } from '../../lib/format';
import { pageWords } from '../../lib/i18n';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { Explanations } from './Explanations';
import { outcomeWord } from './outcome';
import { Timeline } from './Timeline';
import { WrapUpPanel } from './WrapUpPanel';
import './supervisor.css';

const Player = lazy(() => import('./player/Player'));
const ScriptPath = lazy(async () => {
  const [path] = await Promise.all([import('./ScriptPath'), pageWords()]);
  return path;
});

function Facts({ contact }: { contact: ContactDetail }) {
  const { t, i18n } = useTranslation();
  const seconds = (value: number | null | undefined) => (value == null ? '—' : duration(value));
  return (
    <Descriptions
      className="panel facts"
      size="small"
      column={{ xs: 1, md: 2, xl: 4 }}
      items={[
        {
          key: 'outcome',
          label: t('contacts.outcome'),
          children: <Tag>{outcomeWord(contact.outcome, t)}</Tag>,
        },
        { key: 'queue', label: t('floor.queue'), children: contact.queue_name ?? '—' },
        { key: 'operator', label: t('floor.operator'), children: contact.operator_name ?? '—' },
        { key: 'dialled', label: t('contacts.dialled'), children: phone(contact.dialled) },
        {
          key: 'arrived',
          label: t('contacts.arrived'),
          children: dateTime(contact.arrived_at, i18n.language, { exact: true }),
        },
        {
          key: 'answered',
          label: t('contacts.answered'),
          children: dateTime(contact.answered_at, i18n.language, { exact: true }),
        },
        { key: 'wait', label: t('contacts.waited'), children: seconds(contact.wait_seconds) },
        { key: 'talk', label: t('contacts.talked'), children: seconds(contact.talk_seconds) },
      ]}
    />
  );
}

export default function ContactPage() {
  const { t } = useTranslation();
  const { id = '' } = useParams();
  const mayPlay = useCan('recording.play');
  const contact = useQuery<ContactDetail, Problem>({
    queryKey: [contacts.path, id],
    queryFn: ({ signal }) => send<ContactDetail>(`${contacts.path}/${id}`, { signal }),
  });
  const found = contact.data;
  const trouble = <ProblemNote error={contact.error} onRetry={() => void contact.refetch()} />;
  if (!found) {
    return (
      <div className="page" aria-busy={contact.isPending}>
        {trouble}
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead
        title={found.customer_name ?? phone(found.caller)}
        {...(found.customer_name ? { note: phone(found.caller) } : {})}
      >
        {found.customer_id ? (
          <Link to={`/customers/${found.customer_id}`}>{t('contacts.openCustomer')}</Link>
        ) : null}
      </PageHead>
      {trouble}
      <Facts contact={found} />
      <WrapUpPanel
        key={found.id}
        contact={found}
        reload={() => contact.refetch().then(({ data, isError }) => (isError ? undefined : data))}
      />
      <section className="panel block" aria-label={t('contacts.recording')}>
        <h2>{t('contacts.recording')}</h2>
        {!found.has_recording ? (
          <EmptyState text={t('contacts.noRecording')} />
        ) : mayPlay ? (
          <Suspense fallback={<div style={{ height: 220 }} aria-busy="true" />}>
            <Player contact={found.id} />
          </Suspense>
        ) : (
          <EmptyState text={t('common.noAccess', { operation: 'recording.play' })} />
        )}
      </section>
      <Suspense fallback={null}>
        <ScriptPath contact={found.id} />
      </Suspense>
      <div className="two">
        <section className="panel block" aria-label={t('contacts.events')}>
          <h2>{t('contacts.events')}</h2>
          <Timeline events={found.events} start={found.arrived_at} />
        </section>
        <section className="panel block" aria-label={t('contacts.why')}>
          <h2>{t('contacts.why')}</h2>
          <Explanations explanations={found.explanations} />
        </section>
      </div>
    </div>
  );
}
