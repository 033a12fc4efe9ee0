// Tones: made for microphones and phones, found in what was heard.
import { readFileSync, writeFileSync } from 'node:fs';

/** Writes a mono 16-bit WAV file with a sine of `hertz`. */
export function writeTone(path, hertz, { seconds = 30, rate = 8000, level = 0.3 } = {}) {
  const count = Math.round(seconds * rate);
  const data = Buffer.alloc(44 + count * 2);
  data.write('RIFF', 0);
  data.writeUInt32LE(36 + count * 2, 4);
  data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16);
  data.writeUInt16LE(1, 20);
  data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24);
  data.writeUInt32LE(rate * 2, 28);
  data.writeUInt16LE(2, 32);
  data.writeUInt16LE(16, 34);
  data.write('data', 36);
  data.writeUInt32LE(count * 2, 40);
  for (let n = 0; n < count; n += 1) {
    data.writeInt16LE(Math.round(32767 * level * Math.sin((2 * Math.PI * hertz * n) / rate)), 44 + n * 2);
  }
  writeFileSync(path, data);
  return path;
}

/** Reads a 16-bit PCM WAV: `{ rate, channels: [Float64Array, …] }`. A header whose length was never fixed is read to the end. */
export function readWav(file) {
  const bytes = Buffer.isBuffer(file) ? file : readFileSync(file);
  if (bytes.toString('latin1', 0, 4) !== 'RIFF') throw new Error('not a WAV file');
  let at = 12;
  let count = 1;
  let rate = 8000;
  while (at + 8 <= bytes.length) {
    const kind = bytes.toString('latin1', at, at + 4);
    const size = bytes.readUInt32LE(at + 4);
    if (kind === 'fmt ') {
      count = bytes.readUInt16LE(at + 10);
      rate = bytes.readUInt32LE(at + 12);
    }
    if (kind === 'data') {
      const end = size === 0 ? bytes.length : Math.min(bytes.length, at + 8 + size);
      return { rate, channels: deinterleave(bytes.subarray(at + 8, end), count) };
    }
    at += 8 + size + (size % 2);
  }
  throw new Error('the WAV file has no data');
}

function deinterleave(data, count) {
  const frames = Math.floor(data.length / 2 / count);
  return Array.from({ length: count }, (_, channel) => {
    const samples = new Float64Array(frames);
    for (let n = 0; n < frames; n += 1) samples[n] = data.readInt16LE((n * count + channel) * 2) / 32768;
    return samples;
  });
}

/** Share of a piece's energy that lies at `hertz` (Goertzel): 1 for a pure tone, near 0 for anything else. */
export function toneShare(samples, rate, hertz) {
  const energy = samples.reduce((sum, s) => sum + s * s, 0);
  if (energy / samples.length < 1e-6) return 0;
  const w = (2 * Math.PI * hertz) / rate;
  let s1 = 0;
  let s2 = 0;
  for (const sample of samples) {
    const s0 = sample + 2 * Math.cos(w) * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const power = s1 * s1 + s2 * s2 - 2 * Math.cos(w) * s1 * s2;
  return (2 * power) / (samples.length * energy);
}

/** Seconds of `samples` in which `hertz` is the tone, in pieces of 100 ms. */
export function secondsOfTone(samples, rate, hertz) {
  const piece = Math.round(rate / 10);
  let found = 0;
  for (let at = 0; at + piece <= samples.length; at += piece) {
    if (toneShare(samples.subarray(at, at + piece), rate, hertz) > 0.6) found += 1;
  }
  return found / 10;
}

/** Seconds in which anything sounds but a pure tone of one of `tones`: music, speech. */
export function secondsOfMusic(samples, rate, tones) {
  const piece = Math.round(rate / 10);
  let found = 0;
  for (let at = 0; at + piece <= samples.length; at += piece) {
    const part = samples.subarray(at, at + piece);
    const energy = part.reduce((sum, s) => sum + s * s, 0) / piece;
    if (energy > 1e-6 && tones.every((hertz) => toneShare(part, rate, hertz) < 0.6)) found += 1;
  }
  return found / 10;
}
