// RTP packets with a tone in G.711 A-law.

function alaw(sample) {
  const sign = sample >= 0 ? 0x80 : 0;
  let value = Math.min(32635, Math.abs(Math.round(sample)));
  let exponent = 7;
  for (let mask = 0x4000; exponent > 0 && !(value & mask); mask >>= 1) exponent -= 1;
  const mantissa = exponent === 0 ? value >> 4 : value >> (exponent + 3);
  value = sign | (exponent << 4) | (mantissa & 0x0f);
  return value ^ 0x55;
}

/** Packets of 20 ms with a sine of `hertz`. */
export function* toneRtp(hertz, seconds, { ssrc = 0x5eedf00d } = {}) {
  for (let n = 0; n < seconds * 50; n += 1) {
    const packet = Buffer.alloc(172);
    packet.writeUInt8(0x80, 0);
    packet.writeUInt8(8, 1);
    packet.writeUInt16BE(n, 2);
    packet.writeUInt32BE(n * 160, 4);
    packet.writeUInt32BE(ssrc, 8);
    for (let at = 0; at < 160; at += 1) {
      packet[12 + at] = alaw(9000 * Math.sin((2 * Math.PI * hertz * (n * 160 + at)) / 8000));
    }
    yield packet;
  }
}
