// A template is written, a customer gets the message over a real SMS centre, and the receipt is shown.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { AZIZA } from './lib/demo.mjs';
import { press, saved, typed } from './lib/forms.mjs';
import { Server } from './lib/server.mjs';
import { PASSWORD, Smsc, SYSTEM_ID } from './lib/smsc.mjs';
import { until } from './lib/wait.mjs';

let server;
let admin;
let smsc;

before(async () => {
  smsc = await Smsc.start();
  server = await Server.start();
  admin = await administrator(server);
});
after(async () => {
  await server?.discard();
  await smsc?.stop();
});

async function open(t) {
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);
  return boss;
}

/** CIMP-NTF-01, CIMP-NTF-02, INT-17: from the words to the receipt. */
test('a template becomes an SMS whose receipt is shown', { timeout: 180_000 }, async (t) => {
  const boss = await open(t);
  const { page } = boss;

  // A link to the SMS centre: its lamp is lit once the centre took the sign-in.
  await page.goto(`${server.url}/automation/messages/links`);
  await press(page, 'Create');
  await saved(boss, async (form) => {
    await typed(form, 'Name', 'SMSC');
    await typed(form, 'Host', '127.0.0.1');
    await form.getByLabel('Port', { exact: true }).fill(String(smsc.port));
    await typed(form, 'System id', SYSTEM_ID);
    await typed(form, 'Sender', '1000');
    await form.getByLabel(/^Password/).fill(PASSWORD);
  });
  await page.getByText('Connected', { exact: true }).waitFor({ timeout: 20_000 });
  const links = await (await admin('/links')).json();
  assert.equal(JSON.stringify(links).includes(PASSWORD), false, 'the password is never answered');

  // The words, in two languages, with the preview beside them.
  await page.goto(`${server.url}/automation/messages/templates`);
  await press(page, 'Create');
  await page.getByLabel('Title').fill('Thanks');
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('thanks');
  const text = page.getByRole('textbox', { name: 'Text' });
  await text.fill('Dear ');
  await press(page, 'Insert a value');
  await page.locator('.pick-field').getByRole('button', { name: /customer\.name/ }).click();
  await text.press('End');
  await text.pressSequentially(', thank you for {{ event.amount }}!');
  await page.locator('.bubble', { hasText: 'Dear Aziza Karimova, thank you for 50000!' }).waitFor();
  await page.getByText('Parts: 1').waitFor();
  await page.getByText('Oʻzbekcha', { exact: true }).click();
  await page.getByRole('textbox', { name: 'Text' }).fill('{{ customer.name }}, {{ event.amount }} uchun rahmat!');
  await page.getByRole('textbox', { name: 'Values of the event, JSON' }).fill('{}');
  await page.getByText(/Missing values: event\.amount/).waitFor();
  await press(page, 'Save');
  await page.getByText('Saved', { exact: true }).waitFor();

  // To one customer, in the customer's own language.
  const { items } = await (await admin(`/customers?q=${AZIZA.number}`)).json();
  await page.goto(`${server.url}/customers/${items[0].id}`);
  await page.getByRole('link', { name: 'Send a message' }).click();
  const form = page.getByRole('dialog');
  await boss.pick('Template', 'Thanks (thanks)', { within: form });
  await form.getByLabel('event.amount').fill('50000');
  await form.getByRole('button', { name: 'Send', exact: true }).click();
  const got = await smsc.received(`+${AZIZA.number}`, `${AZIZA.name}, 50000 uchun rahmat!`);
  assert.equal(got.from, '1000');
  const row = page.getByRole('row', { name: new RegExp(AZIZA.name) });
  await row.getByText('Delivered', { exact: true }).waitFor();
  await row.getByRole('link').first().click();
  await page.getByRole('region', { name: 'Receipts' }).getByText(/DELIVRD/).waitFor();
  await page.getByRole('region', { name: 'Attempts' }).getByText('SMSC').waitFor();

  // The same stands on the customer's page.
  await page.goto(`${server.url}/customers/${items[0].id}`);
  await page.getByRole('tab', { name: 'Messages' }).click();
  await page.getByText('Delivered', { exact: true }).waitFor();
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});

/** CIMP-NTF-01: what waits can be taken back, and nothing is lost while the provider is away. */
test('a message waits while the SMS centre is away, and one that waits is cancelled', { timeout: 120_000 }, async (t) => {
  const boss = await open(t);
  const { page } = boss;
  const send = async (amount) => {
    const answer = await admin('/messages', {
      method: 'POST',
      headers: { 'idempotency-key': crypto.randomUUID() },
      body: { to: '+998907654321', channel: 'sms', template: 'thanks', class: 'functional', fields: { customer: { name: 'Bek' }, event: { amount } } },
    });
    const body = await answer.json();
    assert.equal(answer.status, 201, JSON.stringify(body));
    return body.id;
  };
  await smsc.stop();
  await page.goto(`${server.url}/automation/messages/links`);
  await page.getByText('Not connected', { exact: true }).waitFor({ timeout: 30_000 });
  const [kept, cancelled] = [await send(1), await send(2)];
  await page.goto(`${server.url}/automation/messages/${cancelled}`);
  await page.getByText('Waiting to be sent', { exact: true }).waitFor();
  await press(page, 'Cancel the message');
  await page.locator('.ant-popover').getByRole('button', { name: 'Cancel the message' }).click();
  await page.locator('.ant-descriptions').getByText('Cancelled', { exact: true }).waitFor();

  // The centre is back at the same place: what waited leaves, what was cancelled does not.
  await new Promise((done) => smsc.server.listen(smsc.port, '127.0.0.1', done));
  await smsc.received('+998907654321', 'for 1!', 60);
  await until('the message that waited is delivered', async () => {
    const { state } = await (await admin(`/messages/${kept}`)).json();
    return state === 'delivered';
  });
  assert.equal(smsc.messages.some((one) => one.text.includes('for 2!')), false);
});
