// An operator walks a script during a call; it reads from and writes to an outside system, also when that is away.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, contactOf, FRESH } from './lib/admin.mjs';
import { Billing } from './lib/billing.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA, NUMBER } from './lib/demo.mjs';
import { Editor } from './lib/editor.mjs';
import { saved, typed } from './lib/forms.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

const SECRET = 'a-token-of-billing';
let server;
let billing;
let admin;

before(async () => {
  billing = await Billing.start();
  server = await Server.start();
  admin = await administrator(server);
});
after(async () => {
  await server?.discard();
  await billing?.off().catch(() => undefined);
});

const SCRIPT = {
  name: 'fault',
  kind: 'script',
  title: 'Internet fault',
  version: 1,
  start: 'balance',
  variables: {},
  nodes: {
    balance: { type: 'call', connector: 'billing', operation: 'balance', input: { phone: 'customer.phone' }, variable: 'billing', next: 'greet', on_error: 'greet' },
    greet: {
      type: 'page',
      title: 'Greeting',
      text: 'Hello, {{ customer.name }}! Your tariff is {{ vars.billing.data.tariff }}.',
      questions: [{ key: 'works', label: 'Does anything work?', type: 'boolean', required: true }],
      next: 'which',
    },
    which: { type: 'branch', cases: [{ when: 'vars.works == true', next: 'slow' }], otherwise: 'router' },
    slow: { type: 'page', title: 'Slow internet', text: 'Measure the speed.', buttons: [{ key: 'over', title: 'Finish', next: 'end' }] },
    router: {
      type: 'page',
      title: 'Router',
      text: 'Ask to restart the router.',
      questions: [{ key: 'lamp', label: 'Colour of the lamp', type: 'choice', choices: [{ value: 'red', title: 'Red' }, { value: 'green', title: 'Green' }] }],
      buttons: [{ key: 'visit', title: 'Send a technician', action: true, next: 'ticket' }],
      next: 'end',
    },
    ticket: { type: 'call', connector: 'billing', operation: 'ticket', input: { phone: 'customer.phone', lamp: 'vars.lamp' }, variable: 'order', next: 'end', on_error: 'end' },
    end: { type: 'end', text: 'Say good-bye.' },
  },
};

/** An administrator connects the system and imports the script, in the browser. */
async function prepare(t) {
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);
  const { page } = boss;
  await page.goto(`${server.url}/automation/connectors`);
  await page.getByRole('button', { name: 'Create' }).click();
  await saved(boss, async (form) => {
    await typed(form, 'Name', 'billing');
    await typed(form, 'Address', `http://127.0.0.1:${billing.port}`);
    await boss.pick('Signs in by', 'Token', { within: form });
    await form.getByLabel(/^Secret/).fill(SECRET);
    await operation(boss, form, 0, { key: 'balance', path: '/customers/{phone}/balance', cache: '0' });
    await operation(boss, form, 1, { key: 'ticket', method: 'POST', path: '/tickets', cache: '0' });
  });
  await page.getByRole('row', { name: /billing/ }).waitFor();
  const kept = await (await admin('/connectors')).text();
  assert.equal(kept.includes(SECRET), false, 'the secret is never answered');

  await page.getByRole('row', { name: /billing/ }).getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByLabel('Request, as JSON').fill(JSON.stringify({ phone: '+998901234567' }));
  await boss.button('Ask').click();
  await page.getByText(/Answered at/).waitFor();
  assert.equal(billing.asked.at(-1).authorization, `Bearer ${SECRET}`);

  const editor = new Editor(boss, server);
  await editor.create('Operator script', 'Internet fault', 'fault');
  await editor.import(SCRIPT);
  await boss.button('Arrange').click();
  await page.getByText('Nothing is wrong').first().waitFor();
  await editor.saved();
  await editor.publish('For the first line');
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
}

async function operation(boss, form, n, { key, method, path, cache }) {
  await form.getByRole('button', { name: 'Add an operation' }).click();
  const part = form.locator('.connector-operation').nth(n);
  await part.getByLabel('Key').fill(key);
  if (method) await boss.pick('Method', method, { within: part });
  await part.getByLabel('Path').fill(path);
  await part.getByLabel(/^Asks again after/).fill(cache);
}

async function call(t) {
  const phone = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => phone.stop());
  await phone.callServices(server, NUMBER);
  return phone;
}

/** CC-SCR-01, CC-SCR-02, INT-03: steps, answers, a branch, reading and writing, old data when the system is away. */
test('a script is walked during a call and its path is there for the supervisor', { timeout: 300_000 }, async (t) => {
  await prepare(t);
  const operator = await Operator.atDesk(server, 'anna');
  t.after(() => operator.close());
  const { page } = operator;
  const script = page.getByRole('region', { name: 'Script' });
  await operator.goReady();
  const phone = await call(t);
  await operator.offer.getByRole('button', { name: /Accept/ }).click();
  await operator.shows('On contact');

  await script.getByRole('combobox', { name: 'Choose a script' }).click();
  await page.locator('.ant-select-dropdown:visible').getByText('Internet fault', { exact: true }).click();
  await script.getByText(`Hello, ${AZIZA.name}! Your tariff is Family.`).waitFor();
  assert.equal(await script.getByText(/billing is away/).count(), 0);
  // A required question holds the page.
  await script.getByRole('button', { name: 'Next' }).click();
  await script.getByText('Fill this in').waitFor();
  await script.getByRole('radio', { name: 'Yes' }).check();
  await script.getByRole('button', { name: 'Next' }).click();
  await script.getByRole('heading', { name: 'Slow internet' }).waitFor();
  await script.getByRole('button', { name: 'Back' }).click();
  await script.getByRole('radio', { name: 'No' }).check();
  // The next page by its key.
  await page.keyboard.press('Alt+Period');
  await script.getByRole('heading', { name: 'Router' }).waitFor();
  await script.getByRole('radio', { name: 'Red' }).check();
  await script.getByRole('button', { name: 'Send a technician' }).click();
  await script.getByText('Say good-bye.').waitFor();
  const written = billing.asked.find((one) => one.method === 'POST');
  assert.match(written.body, /red/, 'the answer went to the outside system');

  // The system is away: the script goes on with what it said last, and says of when.
  await billing.off();
  await script.getByRole('button', { name: 'Another script' }).click();
  await script.getByRole('combobox', { name: 'Choose a script' }).click();
  await page.locator('.ant-select-dropdown:visible').getByText('Internet fault', { exact: true }).click();
  await script.getByText(/As of \d\d:\d\d: billing is away/).waitFor({ timeout: 20_000 });
  await script.getByText('Your tariff is Family', { exact: false }).waitFor();
  // A reload in mid-call keeps the script where it is.
  await page.reload();
  await script.getByText(/billing is away/).waitFor();

  await phone.hangUp();
  await operator.wrapUp({ topic: 'Internet', result: 'Solved' }).catch(() => undefined);
  assert.deepEqual(operator.faults, [], 'the page threw nothing');
  await path(t);
});

async function path(t) {
  const contact = await contactOf(admin, AZIZA.number, (found) => found.id);
  const supervisor = await Browser.open();
  t.after(() => supervisor.close());
  await supervisor.signIn(server, 'supervisor');
  await supervisor.page.goto(`${server.url}/contacts/${contact.id}`);
  const walked = supervisor.page.getByRole('region', { name: 'Script that was walked' });
  await walked.getByText('Router').first().waitFor();
  const text = await until('the path is told', async () => {
    const now = await walked.innerText();
    return now.includes('lamp: red') && now;
  });
  assert.match(text, /Internet fault/);
  assert.match(text, /works: No/);
  assert.match(text, /\d\d:\d\d:\d\d/);
  assert.deepEqual(supervisor.faults, [], 'the page threw nothing');
}
