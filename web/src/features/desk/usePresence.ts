import { useTranslation } from 'react-i18next';
import type { Desk } from '../../api/frames';
import { wishes } from './presence';
import { useCommand, useLineReason, usePhone } from './useDesk';

/** Asking for a presence, and why it cannot be asked for. */
export function usePresence(desk: Desk) {
  const { t } = useTranslation();
  const command = useCommand();
  const lost = useLineReason();
  const phone = usePhone((state) => state.phone);
  const can = wishes(desk.presence.state);
  const phoneReason =
    phone.at === 'connected'
      ? undefined
      : phone.at === 'blocked'
        ? t(`desk.phone.blocked.${phone.why}`)
        : t('desk.phone.notYet');
  const already = t('desk.already');
  return {
    can,
    readyReason: lost ?? (can.ready ? phoneReason : already),
    notReadyReason: lost ?? (can.notReady ? undefined : already),
    ready: () => {
      // Asked here because a browser only asks after a click.
      if ('Notification' in window && Notification.permission === 'default') {
        void Notification.requestPermission();
      }
      return command('presence.set', { state: 'ready' });
    },
    notReady: (reason?: string) =>
      command('presence.set', { state: 'not_ready', ...(reason ? { reason_id: reason } : {}) }),
  };
}
