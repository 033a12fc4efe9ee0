/** The softphone as the desk sees it. Another kind of phone would have this same shape. */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { usePrefs } from '../../../lib/prefs';
import {
  initial,
  type Machine,
  type PhoneAt,
  type PhoneEffect,
  type PhoneEvent,
  step,
} from './machine';
import { blockedBy, canAskForMicrophone, openMicrophone } from './microphone';
import { Peer } from './peer';

export interface PhoneState {
  phone: PhoneAt;
  /** The browser wants a click before it plays sound. */
  silenced: boolean;
}

export interface Phone {
  use: UseBoundStore<StoreApi<PhoneState>>;
  start(): void;
  stop(): void;
  lineUp(connected: boolean): void;
  lineDown(): void;
  /** On a contact the microphone is sent; muted or held it sends silence, idle it sends nothing. */
  onContact(on: boolean, audible: boolean): void;
  /** Takes the devices of the settings again. */
  devicesChanged(): void;
  unsilence(): void;
}

type SendOffer = (sdp: string) => Promise<string>;

/** `speaker` plays the caller: an <audio> element of the page, which tests can listen to as well. */
export function webPhone(speaker: HTMLAudioElement, sendOffer: SendOffer): Phone {
  const use = create<PhoneState>(() => ({ phone: initial.phone, silenced: false }));
  let machine: Machine = initial;
  let peer: Peer | undefined;
  let microphone: MediaStreamTrack | undefined;
  let audible = true;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const happen = (event: PhoneEvent): void => {
    const [next, effects] = step(machine, event);
    machine = next;
    use.setState({ phone: next.phone });
    for (const effect of effects) perform(effect);
  };
  /** Runs what takes time; its end counts only while the same peer is still wanted. */
  const attempt = async (work: (mine: Peer) => Promise<PhoneEvent | undefined>) => {
    const mine = peer;
    if (!mine) return;
    const event = await work(mine).catch((error: unknown): PhoneEvent => {
      console.warn('softphone', error);
      return { on: 'attempt_failed' };
    });
    if (event && peer === mine) happen(event);
  };
  const closeMicrophone = () => {
    if (microphone) microphone.onended = null;
    microphone?.stop();
    microphone = undefined;
  };
  const open = async () => {
    closeMicrophone();
    if (!canAskForMicrophone()) {
      happen({ on: 'microphone_failed', why: 'insecure' });
      return;
    }
    try {
      const { microphone: device, cleanVoice } = usePrefs.getState();
      microphone = await openMicrophone({ device, cleanVoice });
      microphone.enabled = audible;
      microphone.onended = () => happen({ on: 'microphone_lost' });
      happen({ on: 'microphone_open' });
    } catch (error) {
      happen({ on: 'microphone_failed', why: blockedBy(error) });
    }
  };
  const listen = () => {
    speaker.play().then(
      () => use.setState({ silenced: false }),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') {
          use.setState({ silenced: true });
        }
      },
    );
  };
  const closePeer = () => {
    clearTimeout(retry);
    peer?.close();
    peer = undefined;
    speaker.srcObject = null;
  };
  const makePeer = () => {
    closePeer();
    peer = new Peer({
      up: () => happen({ on: 'media_up' }),
      lost: () => happen({ on: 'media_lost' }),
      sound: (stream) => {
        speaker.srcObject = stream;
        listen();
      },
    });
    void attempt(async (mine) => ({ on: 'offer_made', sdp: await mine.offer() }));
  };
  const perform = (effect: PhoneEffect): void => {
    switch (effect.do) {
      case 'open_microphone':
        void open();
        break;
      case 'close_microphone':
        closeMicrophone();
        break;
      case 'make_offer':
        makePeer();
        break;
      case 'send_offer':
        void attempt(async () => ({ on: 'answer', sdp: await sendOffer(effect.sdp) }));
        break;
      case 'apply_answer':
        void attempt(async (mine) => {
          await mine.answer(effect.sdp);
          return undefined;
        });
        break;
      case 'close_peer':
        closePeer();
        break;
      case 'retry_in':
        retry = setTimeout(() => happen({ on: 'retry_due' }), effect.ms);
        break;
      case 'send_microphone':
        void peer?.send(effect.on ? (microphone ?? null) : null);
        break;
    }
  };

  return {
    use,
    start: () => happen({ on: 'start' }),
    stop: () => happen({ on: 'stop' }),
    lineUp: (connected) => happen({ on: 'line_up', connected }),
    lineDown: () => happen({ on: 'line_down' }),
    onContact: (on, heard) => {
      audible = heard;
      if (microphone) microphone.enabled = heard;
      happen({ on: 'send', microphone: on });
    },
    devicesChanged: () => {
      const { speaker: sink } = usePrefs.getState();
      if ('setSinkId' in speaker) void speaker.setSinkId(sink).catch(() => undefined);
      happen({ on: 'microphone_lost' });
    },
    unsilence: listen,
  };
}
