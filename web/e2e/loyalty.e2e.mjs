// A participant's year: registered with the first service, points earned by rules that marketing edits, a tier that rises with
// a notice, a gift ordered, confirmed and cancelled, goods returned, points converted, every point explained, and the end.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { press, saved, typed } from './lib/forms.mjs';
import { Api } from './lib/loyalty.mjs';
import { MailSink } from './lib/mail.mjs';
import { Server } from './lib/server.mjs';
import { linkTo, Smsc } from './lib/smsc.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

/** What the marketer's role allows: writing rules, not approving them; setting up the programme. */
const MARKETER = ['rule.read', 'rule.write', 'event_type.read', 'template.read', 'customer.read', 'loyalty.read', 'loyalty.market', 'session.self'];
/** What customer service may do. */
const SERVICE = ['loyalty.read', 'loyalty.serve', 'customer.read', 'customer.write', 'session.self'];
const PHONE = '+998907770011';
const [MAIL, OTHER_MAIL] = ['malika@example.uz', 'oleg@example.uz'];

let server;
let admin;
let marketer;
let smsc;
let mail;

before(async () => {
  [smsc, mail] = await Promise.all([Smsc.start(), MailSink.start()]);
  server = await Server.start();
  admin = new Api(server, await administrator(server));
  await admin.post('/links', linkTo(smsc));
  await admin.post('/links', mail.link());
  marketer = await admin.person('Dilnoza Rashidova', 'marketer', 'Rules and programme', { operations: MARKETER });
  await admin.person('Kamola Yusupova', 'service', 'The counter', { operations: SERVICE });
  for (const name of ['Points for purchases', 'Welcome to the programme', 'The tier has changed']) await admin.launch(name, marketer);
});
after(async () => {
  await server?.discard();
  await Promise.all([smsc?.stop(), mail?.stop()]);
});

const points = (account) => admin.points(account);
/** A purchase as the shop reports it, once: whatever came of it. */
const purchase = (account, receipt, amount) =>
  admin.post('/loyalty/activities', { account, kind: 'purchase', source: 'shop/17', id: receipt, data: { amount, receipt } });

/**
 * CIMP-ACC-01, CIMP-ACC-02, CIMP-ACC-03, CIMP-ACC-07, CIMP-ACC-08, CIMP-SVC-02, CIMP-BON-07, CIMP-BON-10, CIMP-GEN-04,
 * CIMP-TIER-03, CIMP-TIER-04, CIMP-RED-02, CIMP-RED-05, CIMP-TXN-03, CIMP-TXN-05, CIMP-TXN-06, CIMP-PRT-03, CIMP-NTF-03.
 */
test("a participant's year", { timeout: 280_000 }, async (t) => {
  const step = steps(t);
  const desk = await Browser.open({ width: 1600, height: 900 });
  t.after(() => desk.close());
  const { page } = desk;
  await desk.signIn(server, 'service', FRESH);
  let account;
  let number;

  await step('registered with the first service, and welcomed', async () => {
    await page.goto(`${server.url}/loyalty/members`);
    await press(page, 'Register a member');
    await saved(desk, async (form) => {
      await typed(form, 'Name', 'Malika Azimova');
      await typed(form, 'Phone', PHONE);
      await typed(form, 'E-mail', MAIL);
      await desk.pick('Language', 'English', { within: form });
      await typed(form, 'Service ID', 'YEAR-1');
      await desk.pick('Service line', 'Mobile', { within: form });
      await typed(form, 'Service', 'mobile');
      await typed(form, 'User ID in the service', PHONE);
    });
    await page.waitForURL(/\/loyalty\/members\/[0-9a-f-]{36}/);
    account = /members\/([0-9a-f-]+)/.exec(page.url())[1];
    ({ number } = await admin.get(`/loyalty/accounts/${account}`));
    await page.locator('.page-actions').getByText('Enrolled', { exact: true }).waitFor();
    await page.locator('.page-actions').getByText('Basic', { exact: true }).waitFor();
    await smsc.received(PHONE, '');
  });

  await step('points are earned by the rule, and by the rule that marketing has changed at once', async () => {
    const first = await purchase(number, 'r-1', 100_000);
    assert.equal(first.accrued[0].amount, 1_000);
    assert.equal((await purchase(number, 'r-1', 100_000)).repeated, true, 'once');
    const rule = first.accrued[0].rule;
    const { version, name, description, document } = await marketer.get(`/rules/${rule}`);
    document.reactions[0].amount = 'event.amount / 50';
    await marketer.put(`/rules/${rule}`, version, { name, description, document });
    await admin.launch(name, marketer);
    const next = await until('the new version decides', async () => {
      const made = await purchase(number, `r-${crypto.randomUUID()}`, 50_000);
      return made.accrued[0].rule_version > first.accrued[0].rule_version && made;
    });
    assert.equal(next.accrued[0].amount, 1_000);
    assert.equal((await points(account)).balance, 2_000 + (await earlier(account, next)));
  });

  await step('the tier rises with the number of service types, with a notice', async () => {
    await page.reload();
    await page.getByRole('button', { name: /Actions/ }).click();
    await page.getByRole('menuitem', { name: 'Connect a service' }).click();
    await saved(
      desk,
      async (form) => {
        await typed(form, 'Service ID', 'YEAR-2');
        await desk.pick('Service line', 'Home internet', { within: form });
        await typed(form, 'Service', 'internet');
        await typed(form, 'User ID in the service', 'malika-home');
      },
      'Connect a service',
    );
    await page.locator('.page-actions').getByText('Standard', { exact: true }).waitFor();
    await smsc.received(PHONE, 'Standard');
    // Who has no phone gets a letter.
    const service = (code, line) => ({ code, name: line, user_id: code, line });
    const participant = { name: 'Oleg Kim', email: OTHER_MAIL, language: 'en' };
    const other = await admin.post('/loyalty/accounts', { participant, services: [service('YEAR-3', 'mobile')] });
    await admin.post(`/loyalty/accounts/${other.id}/services`, service('YEAR-4', 'internet'));
    await mail.received(OTHER_MAIL, 'Standard');
  });

  await step('an award by hand; above the limit it waits for somebody else', async () => {
    const before = (await points(account)).balance;
    for (const [amount, now] of [['500', before + 500], ['9000', before + 500]]) {
      await press(page, 'Award bonuses');
      await saved(
        desk,
        async (form) => {
          await typed(form, 'Amount', amount);
          await form.getByLabel('Reason').click();
          await page.locator('.ant-select-dropdown:visible .ant-select-item-option').first().click();
        },
        'Award bonuses',
      );
      assert.equal((await points(account)).balance, now);
    }
    const { items } = await admin.get('/loyalty/adjustments');
    await admin.post(`/loyalty/adjustments/${items[0].id}/approve`);
    assert.equal((await points(account)).balance, before + 9_500);
  });

  await step('a gift is ordered, cancelled with the points back in their lots, ordered again and confirmed', async () => {
    const lots = async () => (await points(account)).lots.map(({ remaining, expires_at }) => [remaining, expires_at]);
    const [before, had] = [await points(account), await lots()];
    const { items } = await admin.get('/loyalty/rewards?offered=true');
    const gift = items.find((one) => one.needs_confirmation && one.prices[0].amount <= before.available);
    const place = () => admin.post('/loyalty/orders', { account, reward: gift.code });
    const first = await place();
    // The discount of the member's tier is off the price (PP-LOY-04).
    const price = (gift.prices[0].amount * (100 - first.discount_percent)) / 100;
    assert.ok(first.discount_percent > 0, 'the tier has a discount');
    assert.equal((await points(account)).held, price);
    await admin.post(`/loyalty/orders/${first.id}/cancel`);
    assert.deepEqual(await lots(), had);
    const second = await place();
    await page.goto(`${server.url}/loyalty/members/${account}/orders`);
    await page.getByRole('row', { name: new RegExp(second.number) }).getByRole('button', { name: 'Confirm' }).click();
    await page.getByRole('row', { name: new RegExp(second.number) }).getByText('Confirmed').waitFor();
    assert.equal((await points(account)).balance, before.balance - price);
    await admin.post(`/loyalty/orders/${second.id}/cancel`);
    assert.deepEqual(await lots(), had, 'a new transaction gives them back where they came from');
  });

  await step('goods come back, and their points go', async () => {
    const before = (await points(account)).balance;
    await admin.post(`/loyalty/accounts/${account}/returns`, { purchase: 'r-1', reason: 'goods-returned' });
    assert.equal((await points(account)).balance, before - 1_000);
  });

  await step('points become those of a partner at the set rate', async () => {
    const { items } = await admin.get('/loyalty/partners?active=true');
    const partner = items.find((one) => one.currency);
    const { items: rates } = await admin.get(`/loyalty/rates?partner_id=${partner.id}`);
    const before = (await points(account)).balance;
    const given = Math.max(rates[0].minimum ?? 0, rates[0].give);
    const made = await admin.post('/loyalty/conversions', { account, partner: partner.code, bonus_type: 'points', amount: given });
    assert.equal(made.got, (given / rates[0].give) * rates[0].get);
    assert.equal((await points(account)).balance, before - given);
  });

  await step('every point is explained on one screen', async () => {
    await page.goto(`${server.url}/loyalty/members/${account}/history`);
    await page.getByRole('row', { name: /Accrual/ }).first().getByRole('button', { name: 'Why?' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(/Points for purchases, version/).waitFor();
    await drawer.getByText(/shop\/17/).waitFor();
  });

  await step('the same answers in XML', async () => {
    const answer = await admin.fetched(`/loyalty/accounts/${account}/balance`, { headers: { accept: 'application/xml' } });
    assert.match(answer.headers.get('content-type'), /application\/xml/);
    assert.match(await answer.text(), /<balance/);
  });

  await step('with the last service the registration ends', async () => {
    await page.goto(`${server.url}/loyalty/members/${account}/services`);
    for (let left = 2; left > 0; left -= 1) {
      await page.getByRole('button', { name: 'Disconnect' }).first().click();
      await page.locator('.ant-popconfirm:visible').getByRole('button', { name: 'Disconnect' }).click();
      await until('the service is disconnected', async () => (await admin.get(`/loyalty/accounts/${account}`)).services.filter((one) => one.state === 'connected').length === left - 1);
      await page.reload();
    }
    assert.equal((await admin.get(`/loyalty/accounts/${account}`)).status, 'cancelled');
    await page.locator('.page-actions .ant-tag', { hasText: 'Cancelled' }).waitFor();
  });
  assert.deepEqual(desk.faults, [], 'the page threw nothing');
});

/** Points of purchases between the first and the one that the new version decided. */
async function earlier(account, last) {
  const { movements } = await admin.get(`/loyalty/accounts/${account}/history`);
  const others = movements.filter((one) => one.kind === 'accrue' && one.record !== 'r-1' && one.transaction !== last.accrued[0].transaction);
  return others.reduce((sum, one) => sum + one.amount, 0);
}
