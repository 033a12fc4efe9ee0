// A bare SIP peer over UDP: sends what it is told and shows what comes back.
import { createSocket } from 'node:dgram';
import { until } from './wait.mjs';

let calls = 0;

export class SipPeer {
  /** A peer on an own address of the loopback network. */
  static async open({ address = '127.0.0.1' } = {}) {
    const peer = new SipPeer();
    peer.address = address;
    peer.heard = [];
    peer.socket = createSocket('udp4');
    peer.socket.on('message', (data) => peer.heard.push(parse(data.toString('latin1'))));
    await new Promise((done) => peer.socket.bind(0, address, done));
    peer.port = peer.socket.address().port;
    return peer;
  }

  /** Sends an INVITE and waits for its final answer, which is acknowledged. */
  async invite(server, number, { from = '998901234567', codecs = '8 0', rtp = 40000, seconds = 5 } = {}) {
    calls += 1;
    const call = { id: `call-${process.pid}-${calls}@${this.address}`, branch: `z9hG4bK${process.pid}x${calls}`, tag: `t${calls}` };
    const uri = `sip:${number}@127.0.0.1:${server.sip}`;
    const sdp = [
      'v=0',
      `o=- ${calls} 1 IN IP4 ${this.address}`,
      's=-',
      `c=IN IP4 ${this.address}`,
      't=0 0',
      `m=audio ${rtp} RTP/AVP ${codecs}`,
      ...codecs.split(' ').map((type) => `a=rtpmap:${type} ${NAMES[type]}`),
      '',
    ].join('\r\n');
    const head = (method, extra) =>
      [
        `${method} ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${this.address}:${this.port};rport;branch=${call.branch}`,
        'Max-Forwards: 70',
        `From: <sip:${from}@${this.address}>;tag=${call.tag}`,
        `To: <sip:${number}@127.0.0.1>${extra.to ?? ''}`,
        `Call-ID: ${call.id}`,
        `CSeq: 1 ${method}`,
        `Contact: <sip:${from}@${this.address}:${this.port}>`,
      ].join('\r\n');
    this.#send(server, `${head('INVITE', {})}\r\nContent-Type: application/sdp\r\nContent-Length: ${sdp.length}\r\n\r\n${sdp}`);
    const answer = await until(`call ${call.id} is answered`, () => this.heard.find((one) => one.callId === call.id && one.status >= 200), { seconds });
    const to = answer.headers.to.slice(answer.headers.to.indexOf('>') + 1);
    if (answer.status < 300) call.branch += 'ack';
    this.#send(server, `${head('ACK', { to })}\r\nContent-Length: 0\r\n\r\n`);
    return answer;
  }

  close() {
    this.socket.close();
  }

  #send(server, text) {
    this.socket.send(text, server.sip, '127.0.0.1');
  }
}

const NAMES = { 0: 'PCMU/8000', 8: 'PCMA/8000', 9: 'G722/8000', 18: 'G729/8000' };

function parse(text) {
  const [head, body] = text.split('\r\n\r\n', 2);
  const [first, ...lines] = head.split('\r\n');
  const headers = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { status: Number(first.split(' ')[1]), callId: headers['call-id'], headers, body };
}
