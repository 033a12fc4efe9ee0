import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Desk } from '../../api/frames';
import { skew } from '../../api/skew';
import { type Doable, useActions } from '../../lib/actions';
import { COMPLETE_GUARD_MS } from '../../lib/keys';
import { setPref, usePrefs } from '../../lib/prefs';
import { useCommand, useDesk, useLineReason } from './useDesk';
import { usePresence } from './usePresence';
import { focusWrapUp, submitWrapUp } from './wrapUp';

/** Every action of the desk under its key and in the palette. */
export function DeskKeys() {
  const desk = useDesk();
  return desk ? <Keys desk={desk} /> : null;
}

function Keys({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const command = useCommand();
  const lost = useLineReason();
  const presence = usePresence(desk);
  const { offer, contact } = desk;
  const live = contact && contact.state !== 'wrap_up' ? contact : undefined;
  const noOffer = lost ?? (offer ? undefined : t('desk.no.offer'));
  const noCall = lost ?? (live ? undefined : t('desk.no.call'));
  const actions: Doable[] = [
    {
      id: 'accept',
      key: 'accept',
      label: t('desk.offer.accept'),
      reason: noOffer,
      run: () => void command('offer.accept', { offer_id: offer?.id }),
    },
    {
      id: 'reject',
      key: 'reject',
      label: t('desk.offer.reject'),
      reason: noOffer,
      run: () => void command('offer.reject', { offer_id: offer?.id }),
    },
    {
      id: 'mute',
      key: 'mute',
      label: live?.muted ? t('desk.call.unmute') : t('desk.call.mute'),
      reason: noCall,
      run: () => void command('call.mute', { on: !live?.muted }),
    },
    {
      id: 'hold',
      key: 'hold',
      label: live?.state === 'held' ? t('desk.call.resume') : t('desk.call.hold'),
      reason: noCall,
      run: () => void command(live?.state === 'held' ? 'call.resume' : 'call.hold'),
    },
    {
      id: 'end',
      key: 'end',
      label: live ? t('desk.call.end') : t('desk.wrapUp.complete'),
      reason: lost ?? (contact ? undefined : t('desk.no.call')),
      run: () => {
        if (live) void command('call.hang_up');
        // The second press completes, but not when it bounced off the first.
        else if (
          contact?.ended_at &&
          skew.now() - Date.parse(contact.ended_at) >= COMPLETE_GUARD_MS
        )
          submitWrapUp();
      },
    },
    {
      id: 'ready',
      key: 'ready',
      label: t('state.ready'),
      reason: presence.readyReason,
      run: () => void presence.ready(),
    },
    {
      id: 'not_ready',
      key: 'not_ready',
      label: t('state.not_ready'),
      reason: presence.notReadyReason,
      run: () => void presence.notReady(),
    },
    {
      id: 'wrap_up',
      key: 'wrap_up',
      label: t('help.wrap_up'),
      reason: contact ? undefined : t('desk.no.call'),
      run: () => {
        void navigate('/desk');
        focusWrapUp();
      },
    },
    {
      id: 'customer',
      key: 'customer',
      label: t('help.customer'),
      run: () => setPref('customerOpen', !usePrefs.getState().customerOpen),
    },
  ];
  // Effects: the list of actions and the mark for "closing asks" live outside this component.
  useEffect(() => {
    useActions.getState().set('desk', actions);
  });
  useEffect(() => () => useActions.getState().clear('desk'), []);
  const onContact = Boolean(live);
  useEffect(() => {
    document.body.dataset.onContact = onContact ? 'yes' : 'no';
  }, [onContact]);
  return null;
}
