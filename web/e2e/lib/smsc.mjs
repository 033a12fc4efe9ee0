// An SMS centre as providers run it: node-smpp behind a port, with receipts.
import { createRequire } from 'node:module';
import { freePort, until } from './wait.mjs';

const smpp = createRequire(import.meta.url)('smpp');

export const SYSTEM_ID = 'trunkline';
export const PASSWORD = 'secret1';

/** What a message says, whatever it was sent as; a part of a long one without its header. */
function textOf(message) {
  const { message: text } = message ?? {};
  return Buffer.isBuffer(text) ? text.toString('latin1') : (text ?? '');
}

export class Smsc {
  /** `receipt`: what becomes of each message ("DELIVRD", "UNDELIV"), or null for none. */
  static async start({ receipt = 'DELIVRD' } = {}) {
    const smsc = new Smsc();
    smsc.port = await freePort();
    smsc.receipt = receipt;
    smsc.messages = [];
    smsc.sessions = new Set();
    smsc.counter = 0;
    smsc.server = smpp.createServer((session) => smsc.serve(session));
    await new Promise((done) => smsc.server.listen(smsc.port, '127.0.0.1', done));
    return smsc;
  }

  serve(session) {
    this.sessions.add(session);
    session.on('close', () => this.sessions.delete(session));
    session.on('error', () => this.sessions.delete(session));
    const bind = (pdu) => {
      const known = pdu.system_id === SYSTEM_ID && pdu.password === PASSWORD;
      session.bound = known;
      session.send(pdu.response(known ? {} : { command_status: smpp.ESME_RBINDFAIL }));
    };
    for (const kind of ['bind_transceiver', 'bind_receiver', 'bind_transmitter']) session.on(kind, bind);
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
      session.send(pdu.response());
      session.close();
    });
    session.on('submit_sm', (pdu) => this.take(session, pdu));
  }

  take(session, pdu) {
    this.counter += 1;
    const id = `m${this.counter}`;
    this.messages.push({
      id,
      to: pdu.destination_addr.replace(/^\+?/, '+'),
      from: pdu.source_addr,
      text: textOf(pdu.short_message),
      at: Date.now(),
    });
    session.send(pdu.response({ message_id: id }));
    if (!this.receipt || !pdu.registered_delivery) return;
    const stamp = new Date().toISOString().replace(/\D/g, '').slice(2, 12);
    session.deliver_sm({
      source_addr: pdu.destination_addr,
      destination_addr: pdu.source_addr,
      esm_class: 0x04,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:${stamp} done date:${stamp} stat:${this.receipt} err:000 text:`,
    });
  }

  /** The first message to a number that says this, once it has come. */
  received(number, words, seconds = 60) {
    return until(`the SMS centre gets "${words}" for ${number}`, () => this.messages.find((one) => one.to === number && one.text.includes(words)), { seconds });
  }

  /** The provider goes away: sessions break in the middle. */
  async stop() {
    for (const session of this.sessions) session.destroy();
    await new Promise((done) => this.server.close(done));
  }
}

/** The settings of a link to it. */
export const linkTo = (smsc) => ({
  kind: 'smpp',
  name: 'SMSC',
  enabled: true,
  settings: { host: '127.0.0.1', port: smsc.port, system_id: SYSTEM_ID, sender: '1000', window: 10, per_second: 100 },
  password: PASSWORD,
});
