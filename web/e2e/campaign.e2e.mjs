// A campaign flow over days: it waits for an hour, for the morning, for a purchase, and goes on where it was after each time
// the server was away; what people did with it is counted on its nodes.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { Clock, moment } from './lib/clock.mjs';
import { Editor } from './lib/editor.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { linkTo, Smsc } from './lib/smsc.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

const at = (day, time) => new Clock(moment(day, time, 5));
const bought = (seconds, next, timeout) => ({ type: 'wait_event', event: 'purchase', variable: 'bought', timeout_seconds: seconds, next, timeout });
const message = (template, next) => ({ type: 'message', channel: 'sms', template, class: 'functional', next });
const end = (outcome) => ({ type: 'end', outcome });
const FLOW = {
  name: 'cart',
  kind: 'campaign',
  title: 'Cart',
  version: 1,
  start: 'soon',
  variables: { bought: null },
  nodes: {
    soon: bought(3_600, 'alone', 'decent'),
    decent: { type: 'branch', cases: [{ when: 'time.hour >= 9 and time.hour < 21', next: 'reminder' }], otherwise: 'morning' },
    morning: { type: 'wait', until_time: '10:00', time_zone: 'Asia/Tashkent', next: 'reminder' },
    reminder: message('cart_wait', 'reminded'),
    reminded: bought(172_800, 'helped', 'offer'),
    offer: message('cart_deal', 'offered'),
    offered: bought(86_400, 'helped', 'lost'),
    alone: end('bought_alone'),
    helped: end('bought_reminded'),
    lost: end('not_bought'),
  },
};
const TEXTS = { cart_wait: '{{ customer.name }}, your cart waits', cart_deal: '{{ customer.name }}, 10 % off' };
/** Who buys at once, who after the reminder, who never. */
const [EARLY, LATE, NEVER] = ['+998907770091', '+998907770092', '+998907770093'];

let server;
let admin;
let smsc;
const runs = new Map();

before(async () => {
  smsc = await Smsc.start();
  // In the evening: an hour later it is too late for messages.
  server = await Server.start({ clock: at('2027-05-10', '20:30:00') });
  admin = new Api(server, await administrator(server));
  await admin.post('/links', linkTo(smsc));
  for (const [name, text] of Object.entries(TEXTS))
    await admin.post('/templates', { name, title: name, class: 'functional', channels: { sms: { en: { text }, ru: { text }, uz: { text } } } });
});
after(async () => {
  await server?.discard();
  await smsc?.stop();
});

const run = (phone) => admin.get(`/flow-instances/${runs.get(phone)}`);
const ends = (phone, outcome) =>
  until(`the run of ${phone} ends as ${outcome}`, async () => (await run(phone)).outcome === outcome).catch(async (error) => {
    throw new Error(`${error.message}: ${JSON.stringify(await run(phone))}`);
  });
const texts = (phone) => smsc.messages.filter((one) => one.to === phone).map((one) => one.text.split(', ')[1]);

/** NFR-LOW-02, MKT-FLOW-02, OMNI-07, OMNI-09, CIMP-NTF-01 */
test('a campaign waits for hours, mornings and purchases over days', { timeout: 240_000 }, async (t) => {
  const step = steps(t);

  await step('it is brought into the editor, published and started for three customers', async () => {
    const boss = await Browser.open({ width: 1600, height: 900, clock: server.clock });
    t.after(() => boss.close());
    await boss.signIn(server, 'administrator', FRESH);
    const editor = new Editor(boss, server);
    await editor.create('Campaign', FLOW.title, FLOW.name);
    await editor.import(FLOW);
    await boss.button('Arrange').click();
    await boss.page.getByText('Nothing is wrong').first().waitFor();
    await editor.saved();
    await editor.publish('The first');
    for (const [n, phone] of [EARLY, LATE, NEVER].entries()) {
      const identifiers = [{ kind: 'phone', value: phone }];
      const { id } = await admin.post('/customers', { kind: 'individual', name: `Customer ${n}`, language: 'en', vip: false, identifiers });
      const { id: of } = await admin.post(`/flows/${FLOW.name}/instances`, { customer_id: id, variables: {} });
      runs.set(phone, of);
    }
    await editor.node('soon').locator('.node-waiting', { hasText: '3' }).waitFor();
    assert.deepEqual(boss.faults, [], 'the page threw nothing');
    await boss.close();
  });

  await step('who buys within the hour is left alone', async () => {
    await admin.event('purchase', 'p-1', EARLY, { amount: 10_000 });
    await ends(EARLY, 'bought_alone');
  });

  await step('an hour later it is night: nobody is disturbed before ten in the morning', async () => {
    await admin.again(at('2027-05-10', '23:00:00'));
    for (const phone of [LATE, NEVER]) await until(`${phone} waits for the morning`, async () => (await run(phone)).path.at(-1).node === 'morning');
    assert.deepEqual(smsc.messages, []);
    await admin.again(at('2027-05-11', '10:00:05'));
    for (const phone of [LATE, NEVER]) await smsc.received(phone, 'your cart waits');
  });

  await step('who buys then has been helped; the other one gets an offer two days later', async () => {
    await until('both wait for a purchase', async () => (await run(LATE)).path.at(-1).node === 'reminded' && (await run(NEVER)).path.at(-1).node === 'reminded');
    await admin.settled();
    await admin.again(at('2027-05-12', '15:00:00'));
    await admin.event('purchase', 'p-2', LATE, { amount: 20_000 });
    await ends(LATE, 'bought_reminded');
    await admin.again(at('2027-05-13', '10:05:00'));
    await smsc.received(NEVER, '10 % off');
    await until('it waits for a purchase', async () => (await run(NEVER)).path.at(-1).node === 'offered');
    await admin.settled();
    await admin.again(at('2027-05-14', '10:10:00'));
    await ends(NEVER, 'not_bought');
  });

  await step('each message went out once, and the nodes count who came by', async () => {
    assert.deepEqual([EARLY, LATE, NEVER].map(texts), [[], ['your cart waits'], ['your cart waits', '10 % off']]);
    const boss = await Browser.open({ width: 1600, height: 900, clock: server.clock });
    t.after(() => boss.close());
    await boss.signIn(server, 'administrator', FRESH);
    await boss.page.goto(`${server.url}/automation/flows/${FLOW.name}`);
    const editor = new Editor(boss, server);
    for (const [key, count] of [['soon', 3], ['morning', 2], ['offer', 1], ['lost', 1]])
      await editor.node(key).locator('.node-counts').getByText(`→ ${count}`, { exact: true }).waitFor();
    assert.deepEqual(boss.faults, [], 'the page threw nothing');
  });
});
