import { useEffect } from 'react';
import { createPortal } from 'react-dom';
import { DeskBar } from './DeskBar';
import { DeskKeys } from './DeskKeys';
import { goOnDuty } from './host';
import './desk.css';
import { OfferBanner } from './OfferBanner';
import { OnDuty } from './OnDuty';

/** Keeps the desk on duty whichever page is shown. Effects, because a socket and a phone outlive drawing. */
export default function DeskHost() {
  useEffect(() => goOnDuty(), []);
  useEffect(() => {
    // Closing the tab in mid-call asks.
    const ask = (event: BeforeUnloadEvent) => {
      if (document.body.dataset.onContact === 'yes') event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, []);
  const bar = document.getElementById('desk-bar');
  return (
    <OnDuty>
      {bar ? createPortal(<DeskBar />, bar) : null}
      <OfferBanner />
      <DeskKeys />
    </OnDuty>
  );
}
