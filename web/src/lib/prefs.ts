import { create } from 'zustand';
import { remember, remembered } from './store';

/** Habits of this browser: kept here, not on the server, because headsets and loudness are of a workplace. */
export interface Prefs {
  shortcuts: boolean;
  microphone: string;
  speaker: string;
  ringer: string;
  ringVolume: number;
  /** Echo cancellation, noise suppression and gain control of the browser. */
  cleanVoice: boolean;
  customerOpen: boolean;
}

const DEFAULTS: Prefs = {
  shortcuts: true,
  microphone: '',
  speaker: '',
  ringer: '',
  ringVolume: 0.5,
  cleanVoice: true,
  customerOpen: true,
};

export const usePrefs = create<Prefs>(() => ({
  ...DEFAULTS,
  ...remembered<Partial<Prefs>>('prefs', {}),
}));

export function setPref<K extends keyof Prefs>(key: K, value: Prefs[K]): void {
  usePrefs.setState({ [key]: value } as Pick<Prefs, K>);
  remember('prefs', usePrefs.getState());
}
