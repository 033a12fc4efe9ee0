import { useEffect, useState } from 'react';
import { Peaks, parseHeader } from './wav';

const COLUMNS = 900;

export interface Picture {
  channels: readonly Float32Array[];
  /** How long the recording is, by its header. */
  seconds: number;
  /** 0..1 of the file read so far. */
  done: number;
  failed: boolean;
}

async function draw(
  url: string,
  signal: AbortSignal,
  show: (picture: Picture) => void,
): Promise<void> {
  const response = await fetch(url, { signal, credentials: 'same-origin' });
  const total = Number(response.headers.get('Content-Length'));
  if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
  const reader = response.body.getReader();
  let held = new Uint8Array(0);
  let peaks: Peaks | undefined;
  let frameBytes = 1;
  let seconds = 0;
  let frame = 0;
  let read = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value.length;
    const joined = new Uint8Array(held.length + value.length);
    joined.set(held);
    joined.set(value, held.length);
    held = joined;
    if (!peaks) {
      if (held.length < 4096 && read < total) continue;
      const format = parseHeader(held, total || Number.MAX_SAFE_INTEGER);
      if (!format) throw new Error('not a WAV file that can be drawn');
      peaks = new Peaks(format, COLUMNS);
      frameBytes = format.frameBytes;
      seconds = format.dataBytes / format.frameBytes / format.rate;
      held = held.subarray(format.dataStart);
    }
    const used = peaks.add(held, frame);
    frame += used / frameBytes;
    held = held.slice(used);
    show({ channels: peaks.channels, seconds, done: total ? read / total : 0.5, failed: false });
  }
  if (peaks) show({ channels: peaks.channels, seconds, done: 1, failed: false });
}

/** The picture grows as the file arrives. An effect, because reading a file is outside React. */
export function usePeaks(url: string): Picture {
  const [picture, setPicture] = useState<Picture>({
    channels: [],
    seconds: 0,
    done: 0,
    failed: false,
  });
  useEffect(() => {
    const abort = new AbortController();
    draw(url, abort.signal, setPicture).catch(() => {
      if (!abort.signal.aborted) setPicture({ channels: [], seconds: 0, done: 1, failed: true });
    });
    return () => abort.abort();
  }, [url]);
  return picture;
}
