// When things go wrong: the database dies, the server is told to stop, strangers knock, a flow is broken.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { administrator, contactOf } from './lib/admin.mjs';
import { Operator } from './lib/browser.mjs';
import { AZIZA, NUMBER, PASSWORD } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { toneRtp } from './lib/rtp.mjs';
import { Server } from './lib/server.mjs';
import { SipPeer } from './lib/sip.mjs';
import { readWav, secondsOfTone } from './lib/tone.mjs';
import { until } from './lib/wait.mjs';

const CALLER_HERTZ = 440;
const OPERATOR_HERTZ = 620;
const STRANGER_HERTZ = 1100;

/** A server with an operator who talks to a caller. */
async function talking(t, settings = {}) {
  const server = await Server.start({ settings });
  t.after(() => server.discard());
  const api = await administrator(server);
  const operator = await Operator.atDesk(server, 'anna', { hertz: OPERATOR_HERTZ });
  t.after(() => operator.close());
  const phone = await Phone.start({ number: AZIZA.number, hertz: CALLER_HERTZ });
  t.after(() => phone.stop());
  await operator.goReady();
  await phone.callServices(server, NUMBER);
  await operator.offer.waitFor();
  await operator.button('Accept').click();
  await operator.hears(CALLER_HERTZ);
  return { server, api, operator, phone };
}

/** Both hear each other from now on. */
async function bothHear({ operator, phone }) {
  const from = phone.secondsHeard() + 0.3;
  await operator.hears(CALLER_HERTZ);
  await until('the caller hears the operator', () => phone.secondsOf(OPERATOR_HERTZ, from) > 1);
}

const readiness = async (server) => (await fetch(`${server.url}/readyz`)).status;

/** Kills the private Postgres as the kernel would when memory runs out. */
function killPostgres(server) {
  process.kill(Number(readFileSync(join(server.dir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  return Date.now();
}

/** CC-HIST-02: nothing that was owed is lost while the database is away. */
test('the database dies in mid-call: the call goes on and its history is complete', { timeout: 120_000 }, async (t) => {
  const line = await talking(t);
  const { server, operator, phone } = line;
  const killed = killPostgres(server);
  // A quiet machine has Postgres back before anybody can notice: it is killed until somebody has.
  const isAway = async () => {
    if ((await readiness(server)) === 503) return true;
    try {
      killPostgres(server);
    } catch {
      // It is down already.
    }
    return false;
  };
  await until('it says that the database is away', isAway, { everyMs: 20, seconds: 30 });
  t.diagnostic(`/readyz said 503 after ${Date.now() - killed} ms`);
  await operator.button('Hold').click();
  await operator.button('Resume').click();
  await bothHear(line);
  await until('the database is back', async () => (await readiness(server)) === 200, { seconds: 30 });
  t.diagnostic(`/readyz said 200 again within ${Date.now() - killed} ms`);
  await bothHear(line);

  // Once more, and the call ends while nothing can be written.
  await operator.choose({ topic: 'Change of tariff', result: 'Solved' });
  killPostgres(server);
  await operator.button('End call').click();
  await phone.closed();
  await operator.shows('Wrap-up');
  await operator.button('Complete').click();
  await operator.shows('Ready');
  await until('the database is back', async () => (await readiness(server)) === 200, { seconds: 30 });

  const api = await server.signIn('supervisor', PASSWORD);
  const contact = await contactOf(api, AZIZA.number, (found) => found.wrapped_up_at);
  assert.equal(contact.outcome, 'answered');
  assert.ok(contact.talk_seconds >= 2, JSON.stringify(contact));
  const detail = await until('the recording is stored', async () => {
    const found = await (await api(`/contacts/${contact.id}`)).json();
    return found.events.some((event) => event.kind === 'telephony.recording_stored.v1') && found;
  });
  const kinds = detail.events.map((event) => event.kind);
  for (const step of ['arrived', 'identified', 'queued', 'offered', 'answered', 'ended', 'wrapped_up'])
    assert.equal(kinds.filter((kind) => kind === `routing.contact_${step}.v1`).length, 1, `${step} once in ${kinds}`);
  assert.deepEqual(operator.faults, [], 'the page threw nothing');
});

test('a server that is told to stop takes no calls, lets the running one end, and exits', { timeout: 120_000 }, async (t) => {
  const line = await talking(t, { SERVER__DRAIN_SECONDS: '60' });
  const { server, operator, phone } = line;
  const peer = await SipPeer.open();
  t.after(() => peer.close());
  server.process.kill('SIGTERM');
  const told = Date.now();
  await until('the server has heard it', () => server.log.includes('stopping'));
  const refused = await peer.invite(server, NUMBER);
  assert.equal(refused.status, 503);
  assert.match(refused.headers['retry-after'], /^\d+/);
  await bothHear(line);
  assert.equal(server.process.exitCode, null, 'it waits for the running call');
  await phone.hangUp();
  const ended = Date.now();
  assert.deepEqual(await server.exited, { code: 0, signal: null });
  t.diagnostic(`exit ${Date.now() - ended} ms after the last call, ${Date.now() - told} ms after the signal`);
  assert.ok(Date.now() - ended < 15_000, 'it does not wait for more than the call');
});

/** CC-TEL-01, CC-IN-01: whoever cannot be served is told so in SIP. */
test('calls that cannot be are refused with the answer that says why', { timeout: 60_000 }, async (t) => {
  const server = await Server.start();
  t.after(() => server.discard());
  const peer = await SipPeer.open();
  t.after(() => peer.close());
  const stranger = await SipPeer.open({ address: '127.0.0.9' });
  t.after(() => stranger.close());

  assert.equal((await peer.invite(server, '998719999999')).status, 404, 'an unknown number');
  assert.equal((await peer.invite(server, NUMBER, { codecs: '9 18' })).status, 488, 'no common codec');
  assert.equal((await stranger.invite(server, '998719999999')).status, 404, 'the whole loopback network is the trunk');

  const api = await administrator(server);
  const { items } = await (await api('/trunks')).json();
  const found = await api(`/trunks/${items[0].id}`);
  const { name, kind, calls_max, enabled } = await found.json();
  const changed = await api(`/trunks/${items[0].id}`, {
    method: 'PUT',
    headers: { 'if-match': found.headers.get('etag') },
    body: { name, kind, calls_max, enabled, addresses: ['127.0.0.1/32'] },
  });
  assert.equal(changed.status, 200, await changed.clone().text());
  // Without a trunk that proves itself by password a stranger learns nothing: silence, and a count.
  const count = async () => Number(/^sip_strangers_total (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1] ?? 0);
  await until('the stranger gets no answer', () =>
    stranger.invite(server, '998719999999', { seconds: 1 }).then(
      () => false,
      () => true,
    ),
  );
  assert.ok((await count()) >= 1, 'the stranger is counted');
  // With one, he is asked who he is.
  const digest = { name: 'by password', kind: 'digest', username: 'partner', password: 'Digest-Trunk-42', calls_max: 5, enabled: true };
  const made = await api('/trunks', { method: 'POST', body: digest });
  assert.equal(made.status, 201, await made.clone().text());
  const added = Date.now();
  const challenged = await until('the stranger is answered', () => stranger.invite(server, NUMBER, { seconds: 1 }));
  t.diagnostic(`a new trunk counts after ${Date.now() - added} ms`);
  assert.equal(challenged.status, 401);
  assert.match(challenged.headers['www-authenticate'], /^Digest /);
  assert.equal((await peer.invite(server, '998719999999')).status, 404, 'who is inside is still served');
});

test('a broken flow is refused with its file, node and field, and the old one still answers', { timeout: 90_000 }, async (t) => {
  const flows = mkdtempSync(join(tmpdir(), 'trunkline-flows-'));
  t.after(() => rmSync(flows, { recursive: true, force: true }));
  cpSync(new URL('../../flows', import.meta.url), flows, { recursive: true });
  const server = await Server.start({ settings: { SERVER__FLOWS_DIR: flows } });
  t.after(() => server.discard());
  const api = await administrator(server);
  const file = join(flows, 'main.flow.json');
  const before = readFileSync(file, 'utf8');
  const flow = JSON.parse(before);
  flow.nodes.menu.options[1] = 'nowhere';
  writeFileSync(file, JSON.stringify(flow));

  const answer = await api('/flows/reload', { method: 'POST' });
  const said = await answer.text();
  t.diagnostic(said.slice(0, 600));
  for (const part of ['main.flow.json', 'menu', 'options', 'nowhere']) assert.ok(said.includes(part), `${part} is named: ${said}`);

  const phone = await Phone.start({ number: AZIZA.number, hertz: CALLER_HERTZ });
  t.after(() => phone.stop());
  await phone.callServices(server, NUMBER);
  await contactOf(api, AZIZA.number, (contact) => contact.queued_at);

  writeFileSync(file, before);
  const mended = await (await api('/flows/reload', { method: 'POST' })).text();
  assert.ok(!mended.includes('nowhere'), mended);
});

/** CC-TEL-03: nobody else is heard in a call. */
test('audio from a stranger is neither heard nor recorded', { timeout: 90_000 }, async (t) => {
  const first = 29_800;
  const line = await talking(t, { MEDIA__RTP_PORT_MIN: String(first), MEDIA__RTP_PORT_MAX: String(first + 99) });
  const { server, api, operator, phone } = line;
  const ports = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((row) => Number.parseInt(/^\s*\d+: [0-9A-F]+:([0-9A-F]{4})/.exec(row)?.[1] ?? '0', 16))
    .filter((port) => port >= first && port < first + 100 && port % 2 === 0);
  assert.ok(ports.length > 0, 'the port of the call is known');
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  const from = phone.secondsHeard();
  for (const packet of toneRtp(STRANGER_HERTZ, 3)) {
    for (const port of ports) socket.send(packet, port, '127.0.0.1');
    await new Promise((done) => setTimeout(done, 20));
    if (packet.readUInt16BE(2) % 25 === 0) assert.ok((await operator.toneShare(STRANGER_HERTZ)) < 0.2, 'the operator does not hear the stranger');
  }
  await operator.hears(CALLER_HERTZ);
  assert.ok(phone.secondsOf(OPERATOR_HERTZ, from) > 1.5, 'the caller still hears the operator: audio did not turn to the stranger');
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  const counted = metrics.split('\n').filter((row) => /stranger|foreign|dropped/.test(row) && !row.startsWith('#'));
  t.diagnostic(counted.join('; '));
  await operator.button('End call').click();
  await phone.closed();
  const contact = await contactOf(api, AZIZA.number, (found) => found.outcome === 'answered');
  const recording = await until('the recording is stored', async () => {
    const found = await api(`/contacts/${contact.id}/recording`);
    return found.status === 200 && found;
  });
  const { rate, channels } = readWav(Buffer.from(await recording.arrayBuffer()));
  for (const channel of channels) assert.equal(secondsOfTone(channel, rate, STRANGER_HERTZ), 0, 'the stranger is not in the recording');
});
