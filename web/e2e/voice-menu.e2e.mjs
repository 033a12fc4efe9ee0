// A voice menu of the editor answers real calls: published it takes the next call, and a line drawn to another node leads the
// caller there from the next publication on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA } from './lib/demo.mjs';
import { Editor } from './lib/editor.mjs';
import { Api } from './lib/loyalty.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

const NUMBER = '998712000077';
const [CALLER_HERTZ, OPERATOR_HERTZ] = [440, 620];
const FLOW = {
  name: 'short',
  kind: 'ivr',
  title: 'Short menu',
  language: 'ru',
  version: 1,
  start: 'lookup',
  nodes: {
    lookup: { type: 'caller_lookup', found: 'closed', unknown: 'closed' },
    closed: { type: 'say', prompts: ['closed'], barge_in: true, next: 'menu' },
    menu: { type: 'menu', prompts: ['menu-after-hours'], options: { 0: 'bye', 5: 'duty' }, timeout_seconds: 20, tries: 2, invalid_prompt: 'invalid-choice', exhausted: 'bye' },
    duty: { type: 'queue', queue: 'Services', music: 'default', wait_max_seconds: 600, overflow: 'bye', full: 'bye', closed: 'bye' },
    bye: { type: 'say', prompts: ['goodbye'], next: 'end' },
    end: { type: 'hang_up' },
  },
};

let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = new Api(server, await administrator(server));
});
after(() => server?.discard());

/** Somebody calls, hears the greeting and presses 0. */
async function presses(t) {
  const phone = await Phone.start({ number: AZIZA.number, hertz: CALLER_HERTZ });
  t.after(() => phone.stop());
  await phone.dial(`sip:${NUMBER}@127.0.0.1:${server.sip}`);
  await phone.established();
  await until('the caller hears the greeting', () => phone.secondsHeard() > 0.5);
  await phone.digit('0');
  return phone;
}

/** NFR-LOW-01, NFR-LOW-02, MKT-FLOW-02 */
test('a voice menu that was drawn answers calls, each by the version that is live', { timeout: 240_000 }, async (t) => {
  const step = steps(t);
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  const editor = new Editor(boss, server);
  await boss.signIn(server, 'administrator', FRESH);
  /** So many calls were served in the menu alone. */
  const served = (count) =>
    until(`${count} calls were served in the menu`, async () => {
      const { items } = await admin.get('/contacts?limit=20');
      return items.filter((one) => one.outcome === 'ivr_completed').length === count;
    });

  await step('it is brought into the editor, published, and has a number', async () => {
    await editor.create('Voice menu', FLOW.title, FLOW.name);
    await editor.import(FLOW);
    await boss.button('Arrange').click();
    await boss.page.getByText('Nothing is wrong').first().waitFor();
    await editor.saved();
    await editor.publish('Says good-bye');
    await admin.post('/numbers', { number: `+${NUMBER}`, flow: FLOW.name, description: 'Short menu', enabled: true });
  });

  await step('a caller who presses 0 is bid good-bye', async () => {
    const phone = await presses(t);
    await phone.closed(30);
    await served(1);
    await phone.stop();
  });

  await step('a line is drawn from 0 to the queue; until it is published calls go as before', async () => {
    await editor.connect('menu', '/options/0', 'duty');
    await until('the server keeps the line', async () => (await admin.get(`/flows/${FLOW.name}/draft`)).definition.nodes.menu.options[0] === 'duty');
    await editor.saved();
    const phone = await presses(t);
    await phone.closed(30);
    await served(2);
    await phone.stop();
    await editor.publish('To the operator');
  });

  await step('the next caller who presses 0 talks to the operator', async () => {
    const operator = await Operator.atDesk(server, 'anna', { hertz: OPERATOR_HERTZ });
    t.after(() => operator.close());
    await operator.goReady();
    const phone = await presses(t);
    await operator.offer.waitFor();
    assert.match(await operator.offer.innerText(), new RegExp(AZIZA.name));
    await operator.button('Accept').click();
    await operator.hears(CALLER_HERTZ);
    await until('the caller hears the operator', () => phone.secondsOf(OPERATOR_HERTZ) > 0.5);
    assert.deepEqual(operator.faults, [], 'the page threw nothing');
    await until('the numbers on the nodes tell of three calls, one of which is in the queue', async () => {
      const { nodes } = await admin.get(`/flows/${FLOW.name}/counters`);
      return nodes.menu?.entered === 3 && nodes.bye?.entered === 2 && nodes.duty?.waiting === 1;
    });
    await phone.stop();
  });

  await step('when it is over nobody is in the menu', () =>
    until('nobody is there', async () => {
      const { nodes } = await admin.get(`/flows/${FLOW.name}/counters`);
      return Object.values(nodes).every((node) => !node.waiting);
    }),
  );

  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});
