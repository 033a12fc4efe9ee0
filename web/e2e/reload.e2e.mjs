// The desk reloads in mid-call, is opened twice, and dies in mid-call.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, contactOf } from './lib/admin.mjs';
import { Operator } from './lib/browser.mjs';
import { AZIZA, NATALIA, NUMBER } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';
import { readWav, secondsOfMusic, secondsOfTone } from './lib/tone.mjs';
import { until } from './lib/wait.mjs';

const FIRST_HERTZ = 440;
const SECOND_HERTZ = 530;
const OPERATOR_HERTZ = 620;
/** Within this both hear each other again. */
const BACK_MS = 5000;
/** How long a caller waits for an operator whose browser is gone. */
const GRACE_SECONDS = 30;
let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
});
after(() => server?.discard());

/** CC-OPER-01, CC-OPER-02, CC-TEL-02: a reload in mid-call costs seconds, not the call. */
test('a desk that reloads in mid-call gets its caller back within five seconds', { timeout: 120_000 }, async (t) => {
  const anna = await Operator.atDesk(server, 'anna', { hertz: OPERATOR_HERTZ });
  t.after(() => anna.close());
  const phone = await Phone.start({ number: AZIZA.number, hertz: FIRST_HERTZ });
  t.after(() => phone.stop());
  anna.page.on('dialog', (dialog) => dialog.accept());
  await anna.goReady();
  await phone.callServices(server, NUMBER);
  await anna.offer.waitFor();
  await anna.button('Accept').click();
  await anna.hears(FIRST_HERTZ);
  const talkFrom = phone.secondsHeard();
  await until('the caller hears the operator', () => phone.secondsOf(OPERATOR_HERTZ, talkFrom) > 2);

  const heardBefore = phone.secondsHeard();
  const pressed = Date.now();
  await anna.page.reload({ waitUntil: 'commit' });
  await anna.hears(FIRST_HERTZ);
  const operatorBack = Date.now() - pressed;
  // The caller's own recording is the clock: the last music, then the operator.
  const callerBack = await until('the caller hears the operator again', () => {
    const { rate, samples } = phone.heard();
    return returned(samples.subarray(Math.round(heardBefore * rate)), rate);
  });
  t.diagnostic(`the operator hears the caller after ${operatorBack} ms, the caller the operator after ${Math.round(callerBack.after * 1000)} ms, music for ${callerBack.music} s`);
  assert.ok(operatorBack <= BACK_MS, `the operator waited ${operatorBack} ms`);
  assert.ok(callerBack.after * 1000 <= BACK_MS, `the caller waited ${callerBack.after} s`);
  assert.ok(callerBack.music >= 0.2, 'the caller heard music meanwhile');
  await anna.shows('On contact');

  const talkAgain = phone.secondsHeard();
  await until('two more seconds are spoken', () => phone.secondsOf(OPERATOR_HERTZ, talkAgain) > 2);
  await anna.button('End call').click();
  await phone.closed();
  await anna.wrapUp({ topic: 'Change of tariff', result: 'Solved' });
  await anna.shows('Ready');
  const contact = await contactOf(admin, AZIZA.number, (found) => found.outcome === 'answered');
  await oneRecording(contact.id);
  assert.deepEqual(anna.faults, [], 'the page threw nothing');
});

/** When the operator's tone is there again after it was away, in seconds from the start, and the music before that. */
function returned(samples, rate) {
  const piece = Math.round(rate / 10);
  let away;
  for (let at = 0; at + piece <= samples.length; at += piece) {
    const spoken = secondsOfTone(samples.subarray(at, at + piece), rate, OPERATOR_HERTZ) > 0;
    if (!spoken) away ??= at;
    else if (away !== undefined && secondsOfTone(samples.subarray(at), rate, OPERATOR_HERTZ) > 0.5) {
      return { after: at / rate, music: secondsOfMusic(samples.subarray(away, at), rate, [OPERATOR_HERTZ, FIRST_HERTZ]) };
    }
  }
  return undefined;
}

/** The call is in one recording: caller left throughout, operator right before and after the reload, and not between. */
async function oneRecording(id) {
  const detail = await until('the recording is stored', async () => {
    const found = await (await admin(`/contacts/${id}`)).json();
    return (found.recording || found.has_recording) && found;
  });
  assert.ok(detail, 'there is one');
  const answer = await admin(`/contacts/${id}/recording`);
  assert.equal(answer.status, 200);
  const { rate, channels } = readWav(Buffer.from(await answer.arrayBuffer()));
  const [caller, operator] = channels;
  assert.ok(secondsOfTone(caller, rate, FIRST_HERTZ) > 4, 'the caller is left');
  assert.ok(secondsOfTone(caller, rate, OPERATOR_HERTZ) < 0.3, 'and only left');
  const spoken = [];
  const piece = Math.round(rate / 10);
  for (let at = 0; at + piece <= operator.length; at += piece)
    spoken.push(secondsOfTone(operator.subarray(at, at + piece), rate, OPERATOR_HERTZ) > 0);
  const first = spoken.indexOf(true);
  const gap = spoken.findIndex((sounds, at) => at > first && !spoken.slice(at, at + 3).some(Boolean) && !sounds);
  assert.ok(gap > first, 'the operator was away for a while');
  assert.ok(spoken.slice(first, gap).length >= 15, 'the operator is right before the reload');
  assert.ok(spoken.slice(gap).filter(Boolean).length >= 15, 'and right after it');
}

/** CC-OPER-01: one desk per operator; the second tab says where it is. */
test('a second tab says that the desk is open elsewhere, and may take it', { timeout: 60_000 }, async (t) => {
  const boris = await Operator.atDesk(server, 'boris', { hertz: OPERATOR_HERTZ });
  t.after(() => boris.close());
  await until('the phone is connected', () => boris.button('Go ready').isEnabled(), { seconds: 20 });
  const second = await boris.context.newPage();
  await second.goto(`${server.url}/desk`);
  await second.getByText('The desk is open elsewhere').waitFor();
  assert.equal(await boris.page.getByText('The desk is open elsewhere').count(), 0, 'the first tab keeps it');
  await second.getByRole('button', { name: 'Use it here' }).click();
  await second.getByRole('button', { name: /Status:/ }).waitFor();
  await boris.page.getByText('The desk is open elsewhere').waitFor();

  // Another browser of the same person takes over too, and the older one says so.
  const elsewhere = await Operator.atDesk(server, 'boris', { hertz: OPERATOR_HERTZ });
  t.after(() => elsewhere.close());
  await elsewhere.page.getByRole('button', { name: /Status:/ }).waitFor();
  await second.getByText('opened on another computer or browser').waitFor();
});

/** CC-OPER-01, CC-ROUTE-03: whose operator vanishes waits for nobody twice. */
test('the caller of a browser that died goes back to the head of the line', { timeout: 120_000 }, async (t) => {
  const anna = await Operator.atDesk(server, 'dilnoza', { hertz: OPERATOR_HERTZ });
  let alive = true;
  t.after(() => alive && anna.close());
  const boris = await Operator.atDesk(server, 'jasur', { hertz: OPERATOR_HERTZ });
  t.after(() => boris.close());
  const first = await Phone.start({ number: '998901110001', hertz: FIRST_HERTZ });
  t.after(() => first.stop());
  const second = await Phone.start({ number: NATALIA.number, hertz: SECOND_HERTZ });
  t.after(() => second.stop());
  await anna.goReady();
  await first.dial(`sip:${NUMBER}@127.0.0.1:${server.sip}`);
  await first.established();
  await first.digit('2');
  await first.digit('1');
  await anna.offer.waitFor();
  await anna.button('Accept').click();
  await anna.hears(FIRST_HERTZ);
  await second.callServices(server, NUMBER);
  await contactOf(admin, NATALIA.number, (contact) => contact.queued_at);

  alive = false;
  const died = Date.now();
  await anna.close();
  await until('the caller waits again', async () => {
    const { items } = await (await admin('/contacts?limit=20')).json();
    const { id } = items.find((contact) => contact.caller === '+998901110001');
    const { events } = await (await admin(`/contacts/${id}`)).json();
    return events.filter((event) => event.kind === 'routing.contact_queued.v1').length > 1;
  }, { seconds: GRACE_SECONDS + 15 });
  const waited = (Date.now() - died) / 1000;
  t.diagnostic(`back in the queue after ${waited.toFixed(1)} s, the grace is ${GRACE_SECONDS} s`);
  assert.ok(waited >= GRACE_SECONDS - 1 && waited < GRACE_SECONDS + 4, `after the grace: ${waited} s`);
  await boris.pressReady();
  await boris.offer.waitFor();
  assert.match(await boris.offer.innerText(), /90 111 00 01|998901110001/);
  await boris.button('Accept').click();
  await boris.hears(FIRST_HERTZ);
  const from = first.secondsHeard();
  await until('the caller hears the other operator', () => first.secondsOf(OPERATOR_HERTZ, from) > 1);
});
