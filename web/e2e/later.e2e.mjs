// After a week an offer, if nothing was bought: the same server is started again days later, and who bought nothing gets a
// real message, who did gets none.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { Clock, moment } from './lib/clock.mjs';
import { AZIZA, NATALIA } from './lib/demo.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { linkTo, Smsc } from './lib/smsc.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

/** Days of 2028 in Tashkent; the week of the journey has the leap day in it. */
const at = (day) => new Clock(moment(`2028-${day}`, '10:00:00', 5));
const WEEK = 7 * 86_400;
const message = (key, template, more = {}) => ({ key, kind: 'message', channel: 'sms', template, class: 'functional', ...more });
const RULE = {
  event: 'purchase',
  criteria: { kind: 'form', group: { all: [{ field: 'event.amount', op: 'ge', value: 1_000 }] } },
  reactions: [message('thank', 'thanks'), message('offer', 'week_offer', { after_seconds: WEEK, unless: { event: 'purchase' } })],
  on_error: 'continue',
  tests: [{ name: 'it fires', event: { amount: 5_000 }, customer: null, now: '2028-02-25T07:00:00Z', expect: { matched: true, reactions: ['thank', 'offer'] } }],
};
const TEXTS = { thanks: 'Thank you for {{ event.amount }}', week_offer: 'An offer after {{ event.amount }}' };

let server;
let admin;
let smsc;
let rule;

before(async () => {
  smsc = await Smsc.start();
  server = await Server.start({ clock: at('02-25') });
  admin = new Api(server, await administrator(server));
  await admin.post('/links', linkTo(smsc));
  const marketer = await admin.person('Dilnoza Rashidova', 'marketer', 'Marketing');
  for (const [name, text] of Object.entries(TEXTS))
    await admin.post('/templates', { name, title: name, class: 'functional', channels: { sms: { en: { text }, ru: { text }, uz: { text } } } });
  rule = await admin.rule('Thanks and an offer', RULE, marketer);
});
after(async () => {
  await server?.discard();
  await smsc?.stop();
});

const buys = (who, amount) => admin.event('purchase', `p-${amount}`, `+${who.number}`, { amount });
const thanked = (who, amount) => smsc.received(`+${who.number}`, `Thank you for ${amount}`);
const offers = (who) => smsc.messages.filter((one) => one.to === `+${who.number}` && one.text.includes('An offer')).map((one) => one.text);

/** BRE-TIME-02, BRE-RULE-03, GAP-20, CIMP-NTF-01 */
test('an offer comes after a week to who bought nothing, and to nobody else', { timeout: 240_000 }, async (t) => {
  const step = steps(t);
  let due;
  let took;
  const later = async (clock) => {
    await admin.settled();
    took = await admin.again(clock);
  };

  await step('two customers buy and are thanked', async () => {
    due = new Date(server.clock.now().getTime() + WEEK * 1000);
    await buys(AZIZA, 5_000);
    await buys(NATALIA, 6_000);
    await Promise.all([thanked(AZIZA, 5_000), thanked(NATALIA, 6_000)]);
  });

  await step('one of them buys again within the week', async () => {
    await later(at('02-28'));
    await buys(NATALIA, 7_000);
    await thanked(NATALIA, 7_000);
    assert.deepEqual(offers(AZIZA), []);
  });

  await step('when the week is over, only the other one gets the offer', async () => {
    await later(new Clock(new Date(due.getTime() - (10 + 2 * took) * 1000)));
    await buys(NATALIA, 8_000);
    await thanked(NATALIA, 8_000);
    assert.ok(server.clock.now() < due, 'the week is not over');
    assert.deepEqual(offers(AZIZA), []);
    await smsc.received(`+${AZIZA.number}`, 'An offer after 5000', 120);
    assert.ok(server.clock.now() >= due, 'not before');
    assert.deepEqual(offers(NATALIA), []);
  });

  await step('whose last purchase was followed by nothing gets the offer a week after that one', async () => {
    await later(at('03-11'));
    await smsc.received(`+${NATALIA.number}`, 'An offer after 8000', 60);
    assert.deepEqual(offers(NATALIA), ['An offer after 8000']);
    assert.deepEqual(offers(AZIZA), ['An offer after 5000']);
  });

  await step('the rule’s decisions tell what was sent and what was needless', async () => {
    const boss = await Browser.open({ width: 1600, height: 900, clock: server.clock });
    t.after(() => boss.close());
    const { page } = boss;
    await boss.signIn(server, 'administrator', FRESH);
    await page.goto(`${server.url}/automation/rules/${rule}/decisions`);
    const rows = page.locator('tbody tr.ant-table-row');
    await until('all four purchases are told', async () => (await rows.count()) === 4);
    const { items } = await admin.get(`/rules/${rule}/decisions?limit=50`);
    const states = items.map(({ inputs, reactions }) => [inputs['event.amount'], reactions.find((one) => one.key === 'offer').state]);
    assert.deepEqual(Object.fromEntries(states), { 5_000: 'done', 6_000: 'needless', 7_000: 'needless', 8_000: 'done' });
    // The newest is told first; the one before was followed by it.
    await rows.nth(1).getByRole('button', { name: 'Why' }).click();
    await page.getByRole('dialog').getByText('not needed').waitFor();
    assert.deepEqual(boss.faults, [], 'the page threw nothing');
  });
});
