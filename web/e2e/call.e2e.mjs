// A SIP phone calls, the menu is walked by keys, an operator in Chromium answers, both hear each other.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA, NUMBER, PASSWORD } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';
import { readWav, secondsOfTone } from './lib/tone.mjs';
import { until } from './lib/wait.mjs';

const CALLER_HERTZ = 440;
const OPERATOR_HERTZ = 620;
let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.discard());

/**
 * CC-GEN-01, CC-IN-01, CC-ROUTE-02, CC-ROUTE-03, CC-TEL-01, CC-TEL-02 (hold, mute, end), CC-TEL-03, CC-TEL-06, CC-HIST-02.
 */
test('a caller reaches an operator and both hear each other', { timeout: 180_000 }, async (t) => {
  const operator = await Operator.atDesk(server, 'anna', { hertz: OPERATOR_HERTZ });
  t.after(() => operator.close());
  const phone = await Phone.start({ number: AZIZA.number, hertz: CALLER_HERTZ });
  t.after(() => phone.stop());
  await operator.goReady();

  // The menu: Aziza's language is known, so it speaks at once; 1 is services.
  await phone.dial(`sip:${NUMBER}@127.0.0.1:${server.sip}`);
  await phone.established();
  await until('the caller hears the greeting', () => phone.secondsHeard() > 1.5);
  await phone.digit('1');

  // The offer shows who calls.
  await operator.offer.waitFor({ timeout: 20_000 });
  assert.match(await operator.offer.innerText(), new RegExp(AZIZA.name));
  await operator.button('Accept').click();
  await operator.shows('On contact');

  const talkFrom = phone.secondsHeard();
  await operator.hears(CALLER_HERTZ);
  await until('the caller hears the operator', () => phone.secondsOf(OPERATOR_HERTZ, talkFrom) > 1);

  // Hold: music for the caller, silence for the operator. Resume: both again.
  await operator.button('Hold').click();
  await operator.hearsNot(CALLER_HERTZ);
  const heldFrom = phone.secondsHeard() + 0.5;
  await until('the caller hears two seconds of music', () => phone.secondsHeard() > heldFrom + 2);
  assert.ok(phone.secondsOf(OPERATOR_HERTZ, heldFrom) < 0.3, 'the caller on hold does not hear the operator');
  await operator.button('Resume').click();
  await operator.hears(CALLER_HERTZ);

  // Mute: the caller hears nothing of the operator, who still hears the caller.
  await operator.button('Mute').click();
  await operator.button('Unmute').waitFor();
  const mutedFrom = phone.secondsHeard() + 0.5;
  await until('two muted seconds have passed', () => phone.secondsHeard() > mutedFrom + 2);
  assert.ok(phone.secondsOf(OPERATOR_HERTZ, mutedFrom) < 0.3, 'a muted operator is not heard');
  await operator.hears(CALLER_HERTZ);
  await operator.button('Unmute').click();
  const unmutedFrom = phone.secondsHeard();
  await until('the caller hears the operator again', () => phone.secondsOf(OPERATOR_HERTZ, unmutedFrom) > 1);

  await operator.button('End call').click();
  await phone.closed();
  await operator.shows('Wrap-up');
  await operator.wrapUp({ topic: 'Change of tariff', result: 'Solved' });
  await operator.shows('Ready');

  const contact = await until('the contact is written with its recording', async () => {
    const answer = await (await operator.api('/contacts?limit=1')).json();
    const [last] = answer.items;
    return last?.outcome === 'answered' && last.wrapped_up_at && last;
  });
  assert.equal(contact.customer_name, AZIZA.name);
  assert.equal(contact.caller, `+${AZIZA.number}`);
  assert.ok(contact.talk_seconds >= 3 && contact.hold_seconds >= 1, JSON.stringify(contact));
  assert.deepEqual(operator.faults, [], 'the page threw nothing');
  await recordingIsThere(t, contact.id);
});

/** The recording has the caller left and the operator right, and the supervisor plays it in the browser. */
async function recordingIsThere(t, id) {
  const supervisor = await Browser.open();
  t.after(() => supervisor.close());
  const api = await supervisor.signIn(server, 'supervisor');
  const detail = await until('the recording is stored', async () => {
    const found = await (await api(`/contacts/${id}`)).json();
    return (found.recording || found.has_recording) && found;
  });
  const kinds = detail.events.map((event) => event.kind);
  for (const kind of ['routing.contact_arrived.v1', 'routing.contact_queued.v1', 'routing.contact_answered.v1', 'routing.contact_ended.v1']) {
    assert.ok(kinds.includes(kind), `${kind} is in ${kinds}`);
  }
  const wav = Buffer.from(await (await api(`/contacts/${id}/recording`)).arrayBuffer());
  const { rate, channels } = readWav(wav);
  assert.equal(channels.length, 2);
  assert.ok(secondsOfTone(channels[0], rate, CALLER_HERTZ) > 2, 'the caller is left');
  assert.ok(secondsOfTone(channels[1], rate, OPERATOR_HERTZ) > 1, 'the operator is right');
  assert.ok(secondsOfTone(channels[0], rate, OPERATOR_HERTZ) < 0.3, 'and only right');

  await supervisor.page.goto(`${server.url}/contacts/${id}`);
  await supervisor.button('Play').click();
  await until('the recording plays', () =>
    supervisor.page.evaluate(() => [...document.querySelectorAll('audio')].some((audio) => audio.currentTime > 0.5)),
  );
}

test('somebody without the password stays outside', async () => {
  const answer = await fetch(`${server.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: server.url },
    body: JSON.stringify({ login: 'anna', password: `${PASSWORD}x` }),
  });
  assert.equal(answer.status, 401);
});
