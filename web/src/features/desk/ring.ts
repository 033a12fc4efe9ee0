import { usePrefs } from '../../lib/prefs';
import { setUrgentTitle } from '../../lib/title';

/** The offer tone: two short rings, made here so that no file has to load before the first call. */
let context: AudioContext | undefined;

const NOTES = [
  { at: 0, hertz: 660 },
  { at: 0.18, hertz: 880 },
  { at: 0.5, hertz: 660 },
  { at: 0.68, hertz: 880 },
] as const;

export async function ringOnce(): Promise<void> {
  const { ringVolume, ringer } = usePrefs.getState();
  if (ringVolume <= 0) return;
  context ??= new AudioContext();
  const sound = context as AudioContext & {
    setSinkId?: (id: string) => Promise<void>;
    sinkId?: string;
  };
  if (sound.setSinkId && sound.sinkId !== ringer)
    await sound.setSinkId(ringer).catch(() => undefined);
  // Without any click on the page the browser keeps it suspended; the offer is still seen.
  if (sound.state === 'suspended')
    await Promise.race([sound.resume(), new Promise((r) => setTimeout(r, 200))]);
  if (sound.state !== 'running') return;
  for (const { at, hertz } of NOTES) {
    const start = sound.currentTime + at;
    const tone = sound.createOscillator();
    const gain = sound.createGain();
    tone.type = 'triangle';
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(ringVolume * 0.4, start + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.16);
    tone.connect(gain).connect(sound.destination);
    tone.start(start);
    tone.stop(start + 0.18);
  }
}

export const RING_EVERY_MS = 3_000;

/** Rings until told to stop, marks the tab's title, and tells the system when the tab is not seen. */
export function alertOffer(title: string, body: string): () => void {
  void ringOnce();
  const sound = setInterval(() => void ringOnce(), RING_EVERY_MS);
  setUrgentTitle(`☎ ${title}: ${body}`);
  let note: Notification | undefined;
  if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
    note = new Notification(title, { body, tag: 'trunkline-offer', requireInteraction: true });
    note.onclick = () => window.focus();
  }
  return () => {
    clearInterval(sound);
    note?.close();
    setUrgentTitle(undefined);
  };
}
