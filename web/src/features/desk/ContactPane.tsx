import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Desk, LiveContact } from '../../api/frames';
import { phone } from '../../lib/format';
import { pageWords } from '../../lib/i18n';
import { later } from '../../lib/later';
import { EmptyState } from '../../ui/EmptyState';
import { StatusMark } from '../../ui/StatusMark';
import { Timer } from '../../ui/Timer';
import { CallControls } from './CallControls';
import { CustomerFlags } from './CustomerFlags';
import { shownState } from './presence';

const WrapUpForm = later(() => import('./WrapUpForm'));
const ScriptPanel = lazy(async () => {
  const [panel] = await Promise.all([import('./script/ScriptPanel'), pageWords()]);
  return panel;
});

function Heading({ contact }: { contact: LiveContact }) {
  const { t } = useTranslation();
  const { card, state } = contact;
  const word =
    state === 'wrap_up' && contact.ended_by
      ? t(`desk.ended.${contact.ended_by}`)
      : t(`stage.${state}`);
  return (
    <header className="contact-head">
      <div>
        <h1>{card.caller.name ?? phone(card.caller.number)}</h1>
        <p className="dim">
          {[
            card.caller.name ? phone(card.caller.number) : undefined,
            card.queue?.name,
            `${t('desk.dialled')} ${phone(card.dialled)}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <CustomerFlags caller={card.caller} />
      <div className="contact-state">
        <span aria-live="polite">{word}</span>
        <Timer
          since={contact.ended_at ?? contact.held_since ?? contact.answered_at ?? card.arrived_at}
        />
      </div>
    </header>
  );
}

function Idle({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const state = desk.presence.state;
  const hint =
    state === 'ready'
      ? t('desk.idle.ready')
      : state === 'not_responding'
        ? t('desk.idle.notResponding')
        : state === 'ringing'
          ? t('desk.idle.ringing')
          : t('desk.idle.notReady');
  return (
    <div className="idle">
      <div className="idle-state">
        <StatusMark state={shownState(desk)} size={40} />
        <Timer since={desk.presence.since} className="idle-timer" />
      </div>
      <EmptyState text={hint} />
    </div>
  );
}

/** Centre: the contact with its controls; the wrap-up form is docked from the first second on. */
export function ContactPane({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const { contact } = desk;
  return (
    <section className="desk-contact" aria-label={t('desk.contact.title')}>
      {contact ? (
        <>
          <Heading contact={contact} />
          {contact.state === 'wrap_up' ? null : <CallControls contact={contact} />}
          <Suspense fallback={null}>
            <ScriptPanel key={`script ${contact.card.contact_id}`} contact={contact} />
          </Suspense>
          <Suspense fallback={<div className="wrap-up panel" aria-busy="true" />}>
            <WrapUpForm key={contact.card.contact_id} contact={contact} />
          </Suspense>
        </>
      ) : (
        <Idle desk={desk} />
      )}
    </section>
  );
}
