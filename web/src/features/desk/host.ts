/** The desk on duty: one socket and one phone per browser, whichever page is shown. */
import { create } from 'zustand';
import { type Live, openLive } from '../../api/live';
import { leaving } from '../../lib/leaving';
import { usePrefs } from '../../lib/prefs';
import { askOwnership, type Ownership } from './ownership';
import { type Phone, webPhone } from './phone/phone';

interface Host {
  ownership: Ownership;
  live: Live | undefined;
  phone: Phone | undefined;
}

export const useHost = create<Host>(() => ({
  ownership: 'asking',
  live: undefined,
  phone: undefined,
}));

let stop: (() => void) | undefined;

function open(): () => void {
  const live = openLive('/ws/operator', ['desk']);
  const speaker = document.createElement('audio');
  speaker.id = 'caller-audio';
  speaker.autoplay = true;
  speaker.setAttribute('aria-hidden', 'true');
  document.body.append(speaker);
  const { speaker: sink } = usePrefs.getState();
  if (sink && 'setSinkId' in speaker) void speaker.setSinkId(sink).catch(() => undefined);
  const phone = webPhone(speaker, async (sdp) => {
    const result = await live.command<{ sdp: string }>('phone.connect', { sdp });
    return result.sdp;
  });
  const forget = live.use.subscribe((now, before) => {
    const desk = live.data('desk');
    const open = now.line === 'open' || now.line === 'stale';
    const wasOpen = before.line === 'open' || before.line === 'stale';
    if (!open && wasOpen) phone.lineDown();
    if (now.line === 'taken_over') phone.stop();
    if (!desk) return;
    if (open && (!wasOpen || !before.topics.desk)) phone.lineUp(true);
    const old = before.topics.desk?.data as typeof desk | undefined;
    if (old && old.phone.state !== 'disconnected' && desk.phone.state === 'disconnected')
      phone.lineUp(false);
    const state = desk.contact?.state;
    const talking = state === 'connecting' || state === 'talking' || state === 'held';
    phone.onContact(talking, talking && state !== 'held' && !desk.contact?.muted);
  });
  phone.start();
  leaving.set(() => live.command('presence.sign_out'));
  useHost.setState({ live, phone });
  return () => {
    leaving.set(undefined);
    forget();
    phone.stop();
    live.stop();
    speaker.remove();
    useHost.setState({ live: undefined, phone: undefined });
  };
}

/** Called once when the desk goes on duty in this tab. */
export function goOnDuty(): () => void {
  const ownership = askOwnership((now) => {
    useHost.setState({ ownership: now });
    if (now === 'mine') stop ??= open();
    else {
      stop?.();
      stop = undefined;
    }
  });
  takeHere = ownership.take;
  return () => {
    ownership.leave();
    stop?.();
    stop = undefined;
  };
}

/** Takes the desk from the other tab. */
export let takeHere: () => void = () => {};

/** This desk was opened elsewhere and its socket closed: come back. */
export function comeBack(): void {
  const { live, phone } = useHost.getState();
  live?.restart();
  phone?.start();
}
