import { describe, expect, it } from 'vitest';
import { Peaks, parseHeader, sampleAt } from './wav';

function wav(code: number, channels: number, data: number[], size = data.length): Uint8Array {
  const bytes = new Uint8Array(44 + data.length);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string) =>
    bytes.set(
      [...word].map((c) => c.charCodeAt(0)),
      at,
    );
  text(0, 'RIFF');
  text(8, 'WAVE');
  text(12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, code, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, 8000, true);
  text(36, 'data');
  view.setUint32(40, size, true);
  bytes.set(data, 44);
  return bytes;
}

const view = (...bytes: number[]) => new DataView(Uint8Array.from(bytes).buffer);

describe('a WAV header', () => {
  it('tells coding, channels and where the samples are', () => {
    const file = wav(6, 2, [0, 0, 0, 0]);
    expect(parseHeader(file, file.length)).toEqual({
      coding: 'alaw',
      channels: 2,
      rate: 8000,
      frameBytes: 2,
      dataStart: 44,
      dataBytes: 4,
    });
  });
  it('of a recording that is still being written counts what is there', () => {
    const file = wav(1, 2, [0, 0, 0, 0], 0xffffffff);
    expect(parseHeader(file, file.length)?.dataBytes).toBe(4);
  });
  it('of anything else is refused', () => {
    expect(parseHeader(new Uint8Array(100), 100)).toBeUndefined();
    expect(parseHeader(wav(85, 2, []), 44)).toBeUndefined();
  });
});

describe('a sample', () => {
  it('is loud at full scale and silent at rest in every coding', () => {
    expect(sampleAt(view(0x00, 0x80), 0, 'pcm16')).toBe(-1);
    expect(Math.abs(sampleAt(view(0xd5), 0, 'alaw'))).toBeLessThan(0.001);
    expect(sampleAt(view(0xaa), 0, 'alaw')).toBeGreaterThan(0.95);
    expect(Math.abs(sampleAt(view(0xff), 0, 'ulaw'))).toBeLessThan(0.001);
    expect(Math.abs(sampleAt(view(0x00), 0, 'ulaw'))).toBeGreaterThan(0.95);
  });
});

describe('the picture of a recording', () => {
  it('keeps the channels apart and puts what is late on the right', () => {
    const file = wav(1, 2, [0, 0x40, 0, 0, 0, 0, 0, 0x20]);
    const format = parseHeader(file, file.length);
    if (!format) throw new Error('no header');
    const peaks = new Peaks(format, 2);
    expect(peaks.add(file.subarray(44), 0)).toBe(8);
    expect([...(peaks.channels[0] ?? [])]).toEqual([0.5, 0]);
    expect([...(peaks.channels[1] ?? [])]).toEqual([0, 0.25]);
  });
});
