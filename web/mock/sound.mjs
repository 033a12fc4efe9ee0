// A recording of 40 seconds: two voices, one after the other, A-law in stereo, with ranges.
const RATE = 8000;
const SECONDS = 40;

function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  let value = Math.min(32767, Math.abs(Math.round(sample * 32767)));
  let exponent = 7;
  for (let mask = 0x4000; (value & mask) === 0 && exponent > 0; mask >>= 1) exponent -= 1;
  const mantissa = exponent === 0 ? value >> 4 : value >> (exponent + 3);
  value = (exponent << 4) | (mantissa & 0x0f);
  return (sign | value) ^ 0x55;
}

function make() {
  const frames = RATE * SECONDS;
  const bytes = Buffer.alloc(44 + frames * 2);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(36 + frames * 2, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(6, 20);
  bytes.writeUInt16LE(2, 22);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(8, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(frames * 2, 40);
  for (let n = 0; n < frames; n += 1) {
    const t = n / RATE;
    const word = Math.abs(Math.sin(t * 3.1)) * Math.abs(Math.sin(t * 0.37 + 1));
    const first = Math.floor(t / 5) % 2 === 0;
    bytes[44 + n * 2] = alaw(first ? 0.7 * word * Math.sin(t * 2 * Math.PI * 220) : 0);
    bytes[45 + n * 2] = alaw(first ? 0 : 0.6 * word * Math.sin(t * 2 * Math.PI * 330));
  }
  return bytes;
}
const file = make();

export function recording(request, response) {
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '');
  const from = range ? Number(range[1]) : 0;
  const to = range?.[2] ? Number(range[2]) : file.length - 1;
  response.writeHead(range ? 206 : 200, {
    'Content-Type': 'audio/wav',
    'Accept-Ranges': 'bytes',
    'Content-Length': to - from + 1,
    ...(range ? { 'Content-Range': `bytes ${from}-${to}/${file.length}` } : {}),
  });
  response.end(file.subarray(from, to + 1));
}
