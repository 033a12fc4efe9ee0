import { Button } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Desk } from '../../api/frames';
import { phone } from '../../lib/format';
import { keyLabel } from '../../lib/keys';
import { StatusShape } from '../../ui/StatusMark';
import { Countdown, Timer } from '../../ui/Timer';
import { CustomerFlags } from './CustomerFlags';
import { alertOffer } from './ring';
import { useCommand, useDesk, useLineReason, usePending } from './useDesk';

/** Rings while an offer is there. An effect, because sound and the tab's title are outside React. */
function useAlert(offer: Desk['offer']): void {
  const { t } = useTranslation();
  const id = offer?.id;
  const who = offer?.contact.caller.name ?? phone(offer?.contact.caller.number);
  const title = t('desk.offer.title');
  useEffect(() => (id ? alertOffer(title, who) : undefined), [id, title, who]);
}

/** The offer: never takes the focus, stays in view on every page, and is spoken to screen readers at once. */
export function OfferBanner() {
  const { t } = useTranslation();
  const offer = useDesk()?.offer;
  const command = useCommand();
  const lost = useLineReason();
  const accepting = usePending('offer.accept');
  const rejecting = usePending('offer.reject');
  const [asked, setAsked] = useState<string>();
  useAlert(offer);
  if (!offer) return <div role="alert" className="sr-only" />;
  const { caller, queue, queued_at, arrived_at } = offer.contact;
  const sure = asked === offer.id;
  return (
    <section className="offer" aria-label={t('desk.offer.title')}>
      <StatusShape state="ringing" size={28} />
      <div className="offer-who" role="alert">
        <strong>{caller.name ?? phone(caller.number)}</strong>
        <span>
          {[caller.name ? phone(caller.number) : undefined, queue?.name]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </div>
      <CustomerFlags caller={caller} />
      <div className="offer-times">
        <span>
          {t('desk.offer.waited')} <Timer since={queued_at ?? arrived_at} />
        </span>
        <span>
          {t('desk.offer.left')} <Countdown until={offer.expires_at} />
        </span>
      </div>
      <Button
        type="primary"
        size="large"
        className="accept"
        aria-label={t('desk.offer.accept')}
        title={lost ?? keyLabel('accept')}
        disabled={Boolean(lost)}
        loading={accepting}
        onClick={() => void command('offer.accept', { offer_id: offer.id })}
      >
        {t('desk.offer.accept')} <kbd>{keyLabel('accept')}</kbd>
      </Button>
      <Button
        danger
        size="large"
        aria-label={sure ? t('desk.offer.rejectSure') : t('desk.offer.reject')}
        title={lost ?? keyLabel('reject')}
        disabled={Boolean(lost)}
        loading={rejecting}
        onClick={() => {
          if (sure) void command('offer.reject', { offer_id: offer.id });
          else setAsked(offer.id);
        }}
      >
        {sure ? t('desk.offer.rejectSure') : t('desk.offer.reject')}
      </Button>
    </section>
  );
}
