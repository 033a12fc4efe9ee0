// What stands beside the conversation at the desk: pages of other systems, which are a tab of the customer's card too, and
// what the customer has in the loyalty programme.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, allow, FRESH } from './lib/admin.mjs';
import { barriers } from './lib/axe.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA, NUMBER } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';

let server;
let admin;
let other;
let folder;

/** A system of somebody else, with a page for a number that comes in its address. */
function otherSystem() {
  const page = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://other');
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<title>${pathname}</title><h1>Balance of ${searchParams.get('msisdn')} at ${pathname}</h1>`);
  });
  return new Promise((ready) => page.listen(0, '127.0.0.1', () => ready(page)));
}

before(async () => {
  other = await otherSystem();
  const url = `http://127.0.0.1:${other.address().port}`;
  folder = mkdtempSync(join(tmpdir(), 'trunkline-panels-'));
  const panel = (place) => `[[http.panels]]\ntitle = "Billing"\nurl = "${url}/${place}?msisdn={customer.phone}"\nplace = "${place}"\nheight = 300\n`;
  writeFileSync(join(folder, 'local.toml'), panel('customer') + panel('desk'));
  process.env.TRUNKLINE_CONFIG = join(folder, 'local.toml');
  server = await Server.start();
  admin = await administrator(server);
});
after(async () => {
  await server?.discard();
  other?.close();
  rmSync(folder, { recursive: true, force: true });
});

const inside = (page, place) => page.frameLocator('iframe.panel-frame').getByRole('heading', { name: `Balance of +${AZIZA.number} at /${place}` });

/** NFR-ARCH-02: the page of another system is a tab of the customer's card, opened with the customer's number. */
test('a page of another system is a tab of a customer', { timeout: 120_000 }, async (t) => {
  const boss = await Browser.open();
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);
  const { items } = await (await admin(`/customers?q=${AZIZA.number}`)).json();
  await boss.page.goto(`${server.url}/customers/${items[0].id}`);
  await boss.page.getByRole('tab', { name: 'Billing' }).click();
  await inside(boss.page, 'customer').waitFor();
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});

/** NFR-ARCH-02: it stands beside the conversation too, for the customer who is on the line. */
test('a page of another system stands beside the conversation', { timeout: 180_000 }, async (t) => {
  const operator = await Operator.atDesk(server, 'anna');
  t.after(() => operator.close());
  await operator.goReady();
  const phone = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => phone.stop());
  await phone.callServices(server, NUMBER);
  await operator.offer.getByRole('button', { name: /Accept/ }).click();
  await operator.shows('On contact');
  const beside = operator.page.getByRole('complementary', { name: 'Customer' });
  await beside.getByRole('button', { name: 'Billing' }).click();
  await inside(operator.page, 'desk').waitFor();
  await phone.hangUp();
  assert.deepEqual(operator.faults, [], 'the page threw nothing');
});

/** CIMP-TXN-05: whoever talks to a member sees balance and tier, and what may be done; more of it is one press away. */
test('what the customer on the line has in the loyalty programme', { timeout: 180_000 }, async (t) => {
  const operator = await Operator.atDesk(server, 'boris', { hertz: 620 });
  t.after(() => operator.close());
  const { page } = operator;
  const answered = async (hertz) => {
    const phone = await Phone.start({ number: AZIZA.number, hertz });
    t.after(() => phone.stop());
    await phone.callServices(server, NUMBER);
    await operator.offer.getByRole('button', { name: /Accept/ }).click();
    await operator.shows('On contact');
    return phone;
  };
  await operator.goReady();
  const phone = await answered(440);
  const card = page.getByRole('complementary', { name: 'Customer' }).getByRole('region', { name: 'Trunkline Bonus' });
  await card.getByRole('link', { name: '700000001' }).waitFor();
  await card.getByText('Gold', { exact: true }).waitFor();
  await card.getByText('Points', { exact: true }).waitFor();
  // Who may only look is told which right is missing.
  const award = card.getByRole('button', { name: 'Award bonuses' });
  assert.equal(await award.isDisabled(), true);
  assert.match(await award.getAttribute('aria-description'), /Serve members/);
  assert.deepEqual(await barriers(operator.page), []);

  await allow(admin, 'Operator', ['loyalty.serve']);
  await page.reload();
  await operator.shows('On contact');
  await award.click();
  const drawer = page.getByRole('dialog');
  await drawer.getByLabel('Amount').fill('150');
  await operator.pick('Reason', 'Fully filled profile', { within: drawer });
  await drawer.getByRole('button', { name: 'Award bonuses' }).click();
  await drawer.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'Desk', exact: true }).click();
  await card.getByText('150', { exact: true }).waitFor();
  await phone.hangUp();
  assert.deepEqual(operator.faults, [], 'the page threw nothing');
});
