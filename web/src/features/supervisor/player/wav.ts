/** Just enough of RIFF/WAVE to draw a recording while it is still loading. */

export type Coding = 'pcm16' | 'alaw' | 'ulaw';

export interface WavFormat {
  coding: Coding;
  channels: number;
  rate: number;
  /** Bytes of one sample of all channels. */
  frameBytes: number;
  /** Where the samples begin. */
  dataStart: number;
  /** Bytes of samples; what the header says, or the rest of the file when it says nothing useful. */
  dataBytes: number;
}

const CODINGS: Record<number, Coding> = { 1: 'pcm16', 6: 'alaw', 7: 'ulaw' };

/** Reads the header from the first bytes of a file of `total` bytes; undefined when it is not one we draw. */
export function parseHeader(bytes: Uint8Array, total: number): WavFormat | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const name = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 44 || name(0) !== 'RIFF' || name(8) !== 'WAVE') return undefined;
  let at = 12;
  let format: Omit<WavFormat, 'dataStart' | 'dataBytes'> | undefined;
  while (at + 8 <= bytes.length) {
    const size = view.getUint32(at + 4, true);
    if (name(at) === 'fmt ') {
      const coding = CODINGS[view.getUint16(at + 8, true)];
      const channels = view.getUint16(at + 10, true);
      if (!coding || channels < 1) return undefined;
      const frameBytes = channels * (coding === 'pcm16' ? 2 : 1);
      format = { coding, channels, rate: view.getUint32(at + 12, true), frameBytes };
    } else if (name(at) === 'data' && format) {
      const rest = total - at - 8;
      // A recording still being written has 0 or 0xFFFFFFFF here.
      const dataBytes = size === 0 || size > rest ? rest : size;
      return { ...format, dataStart: at + 8, dataBytes };
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function alaw(byte: number): number {
  const value = byte ^ 0x55;
  const exponent = (value & 0x70) >> 4;
  let magnitude = ((value & 0x0f) << 4) + 8;
  if (exponent > 0) magnitude = (magnitude + 0x100) << (exponent - 1);
  return (value & 0x80 ? magnitude : -magnitude) / 32768;
}

function ulaw(byte: number): number {
  const value = ~byte & 0xff;
  const magnitude = (((value & 0x0f) << 3) + 0x84) << ((value & 0x70) >> 4);
  return (value & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
}

/** One sample as -1..1. */
export function sampleAt(view: DataView, at: number, coding: Coding): number {
  if (coding === 'pcm16') return view.getInt16(at, true) / 32768;
  return coding === 'alaw' ? alaw(view.getUint8(at)) : ulaw(view.getUint8(at));
}

/** The loudest sample of every column of the picture, for each channel. */
export class Peaks {
  readonly channels: Float32Array[];
  private readonly frames: number;

  constructor(
    private readonly format: WavFormat,
    readonly columns: number,
  ) {
    this.channels = Array.from({ length: format.channels }, () => new Float32Array(columns));
    this.frames = Math.max(1, Math.floor(format.dataBytes / format.frameBytes));
  }

  /** Takes samples that begin at frame `first`; says how many bytes it used (whole frames only). */
  add(bytes: Uint8Array, first: number): number {
    const { frameBytes, coding, channels } = this.format;
    const width = frameBytes / channels;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.floor(bytes.byteLength / frameBytes);
    for (let frame = 0; frame < count; frame += 1) {
      const column = Math.min(
        this.columns - 1,
        Math.floor(((first + frame) / this.frames) * this.columns),
      );
      for (let channel = 0; channel < channels; channel += 1) {
        const peaks = this.channels[channel];
        const value = Math.abs(sampleAt(view, frame * frameBytes + channel * width, coding));
        if (peaks && value > (peaks[column] ?? 0)) peaks[column] = value;
      }
    }
    return count * frameBytes;
  }
}
