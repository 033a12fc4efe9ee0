// An operator lets it ring: the caller keeps the place at the head, and the next operator gets the call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, changeQueue, contactOf } from './lib/admin.mjs';
import { Operator } from './lib/browser.mjs';
import { AZIZA, NATALIA, NUMBER } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';

const FIRST_HERTZ = 440;
const SECOND_HERTZ = 530;
const OPERATOR_HERTZ = 620;
const RING_SECONDS = 6;
let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
  await changeQueue(admin, 'Services', { ring_seconds: RING_SECONDS });
});
after(() => server?.discard());

/**
 * CC-ROUTE-02 (who does not answer gets no further offer), CC-ROUTE-03 (longest waiting first), CC-OPER-01.
 */
test('an offer that nobody answers goes on to the next operator, and the caller stays first', { timeout: 120_000 }, async (t) => {
  const anna = await Operator.atDesk(server, 'anna', { hertz: OPERATOR_HERTZ });
  t.after(() => anna.close());
  const boris = await Operator.atDesk(server, 'boris', { hertz: OPERATOR_HERTZ });
  t.after(() => boris.close());
  const first = await Phone.start({ number: AZIZA.number, hertz: FIRST_HERTZ });
  t.after(() => first.stop());
  const second = await Phone.start({ number: NATALIA.number, hertz: SECOND_HERTZ });
  t.after(() => second.stop());
  await anna.goReady();
  await boris.goReady();

  // Anna has been idle for longer: it rings at her desk, and then, with nobody asking for it, at Boris's.
  await first.callServices(server, NUMBER);
  await anna.offer.waitFor();
  const rang = Date.now();
  assert.match(await anna.offer.innerText(), new RegExp(AZIZA.name));
  assert.equal(await boris.offer.count(), 0, 'one caller rings at one desk');
  await boris.offer.waitFor();
  const rangFor = (Date.now() - rang) / 1000;
  t.diagnostic(`rang ${rangFor.toFixed(2)} s at the first desk, ring time ${RING_SECONDS} s`);
  assert.ok(Math.abs(rangFor - RING_SECONDS) < 1.5, `the ring time is kept: ${rangFor} s`);
  assert.match(await boris.offer.innerText(), new RegExp(AZIZA.name));
  await anna.offer.waitFor({ state: 'detached' });
  await anna.shows('No answer');

  // Somebody else calls while Boris lets it ring too.
  await second.callServices(server, NUMBER);
  await boris.offer.waitFor({ state: 'detached' });
  await boris.shows('No answer');
  await contactOf(admin, NATALIA.number, (contact) => contact.queued_at);

  // Whoever is back first gets the caller who came first, and the next the other.
  await boris.pressReady();
  await boris.offer.waitFor();
  assert.match(await boris.offer.innerText(), new RegExp(AZIZA.name));
  await boris.button('Accept').click();
  await boris.hears(FIRST_HERTZ);
  await anna.pressReady();
  await anna.offer.waitFor();
  assert.match(await anna.offer.innerText(), new RegExp(NATALIA.name));
  await anna.button('Accept').click();
  await anna.hears(SECOND_HERTZ);

  const contact = await contactOf(admin, AZIZA.number, (found) => found.answered_at);
  const detail = await (await admin(`/contacts/${contact.contact_id ?? contact.id}`)).json();
  const kinds = detail.events.map((event) => event.kind);
  assert.ok(kinds.filter((kind) => kind.startsWith('routing.contact_offered')).length >= 3, `three offers are in ${kinds}`);
  for (const operator of [anna, boris]) assert.deepEqual(operator.faults, [], 'the page threw nothing');
});

/** CC-OPER-01, CC-HIST-02. */
test('a caller who hangs up while it rings is abandoned, and the operator ready again', { timeout: 90_000 }, async (t) => {
  const jasur = await Operator.atDesk(server, 'jasur', { hertz: OPERATOR_HERTZ });
  t.after(() => jasur.close());
  const phone = await Phone.start({ number: '998901110022', hertz: FIRST_HERTZ });
  t.after(() => phone.stop());
  await jasur.goReady();
  // Nobody knows this number: it first chooses a language.
  await phone.dial(`sip:${NUMBER}@127.0.0.1:${server.sip}`);
  await phone.established();
  await phone.digit('2');
  await phone.digit('1');
  await jasur.offer.waitFor();
  await phone.hangUp();
  const hungUp = Date.now();
  await jasur.offer.waitFor({ state: 'detached' });
  t.diagnostic(`the offer vanished ${Date.now() - hungUp} ms after the caller hung up`);
  await jasur.shows('Ready');
  const contact = await contactOf(admin, '998901110022');
  assert.equal(contact.outcome, 'abandoned');
  assert.deepEqual(jasur.faults, []);
});
