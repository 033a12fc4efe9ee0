import { type RefObject, useRef, useState } from 'react';

export type Side = 'both' | 'left' | 'right';

interface Mixer {
  left: GainNode;
  right: GainNode;
}

/** Both channels on both ears; the mixer is only made when somebody wants to hear one side. */
function makeMixer(element: HTMLAudioElement): Mixer {
  const context = new AudioContext();
  const splitter = context.createChannelSplitter(2);
  const left = context.createGain();
  const right = context.createGain();
  context.createMediaElementSource(element).connect(splitter);
  splitter.connect(left, 0);
  splitter.connect(right, 1);
  // One channel out is played on both ears by the browser.
  left.connect(context.destination);
  right.connect(context.destination);
  return { left, right };
}

export function useSides(audio: RefObject<HTMLAudioElement | null>): [Side, (side: Side) => void] {
  const [side, setSide] = useState<Side>('both');
  const mixer = useRef<Mixer>(undefined);
  const choose = (next: Side) => {
    if (!mixer.current && audio.current) mixer.current = makeMixer(audio.current);
    if (mixer.current) {
      mixer.current.left.gain.value = next === 'right' ? 0 : 1;
      mixer.current.right.gain.value = next === 'left' ? 0 : 1;
    }
    setSide(next);
  };
  return [side, choose];
}
