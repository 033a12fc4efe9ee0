import type { Blocked } from './machine';

export interface MicrophoneChoice {
  device: string;
  cleanVoice: boolean;
}

/** Why the browser refuses a microphone, in a word the desk can translate. */
export function blockedBy(error: unknown): Blocked {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return 'busy';
}

/** Opens the chosen microphone, or any when the chosen one is gone. */
export async function openMicrophone(choice: MicrophoneChoice): Promise<MediaStreamTrack> {
  const constraints: MediaTrackConstraints = {
    channelCount: 1,
    echoCancellation: choice.cleanVoice,
    noiseSuppression: choice.cleanVoice,
    autoGainControl: choice.cleanVoice,
    ...(choice.device ? { deviceId: { ideal: choice.device } } : {}),
  };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: constraints, video: false });
  const track = stream.getAudioTracks()[0];
  if (!track) throw new DOMException('no audio track', 'NotFoundError');
  return track;
}

/** Browsers give a microphone only to pages loaded over HTTPS or from this very machine. */
export function canAskForMicrophone(): boolean {
  return Boolean(globalThis.navigator?.mediaDevices?.getUserMedia);
}
