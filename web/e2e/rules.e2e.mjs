// Fifteen minutes: a marketer makes a rule in the browser, tries it on past events, fixes what the checker marks, asks
// for approval; somebody else approves and launches; live events get real messages; A and B are compared; it is rolled back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { AZIZA, NATALIA } from './lib/demo.mjs';
import { MailSink } from './lib/mail.mjs';
import { linkTo, Smsc } from './lib/smsc.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

/** What the marketer's role allows: writing, not approving. */
const MARKETER = ['rule.read', 'rule.write', 'event_type.read', 'template.read', 'customer.read', 'message.read', 'flow.read', 'session.self'];
const MAILED = { name: 'Lola Saidova', email: 'lola@example.uz' };
const DAY_MS = 86_400_000;

let server;
let admin;
let smsc;
let mail;
let password;

const json = async (answer) => {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
};
const post = async (path, body, api = admin) =>
  json(await api(path, { method: 'POST', body, headers: { 'idempotency-key': crypto.randomUUID() } }));

let sent = 0;
/** A purchase as a shop sends it: CloudEvents over HTTP. */
async function purchase(subject, data, time = new Date()) {
  sent += 1;
  const event = {
    specversion: '1.0',
    id: `purchase-${sent}`,
    source: 'shop/17',
    type: 'purchase',
    time: time.toISOString(),
    subject,
    data,
  };
  const headers = { 'content-type': 'application/cloudevents+json', 'idempotency-key': crypto.randomUUID() };
  const { results } = await json(await admin('/events', { method: 'POST', body: event, headers }));
  assert.equal(results[0].status, 'accepted', JSON.stringify(results));
  return results[0].event_id;
}

async function makeMarketer() {
  const role = await post('/roles', { name: 'Marketer', operations: MARKETER });
  const { items: units } = await json(await admin('/units'));
  const unit = units[0].unit_id ?? units[0].id;
  const added = await post('/people', {
    name: 'Dilnoza Rashidova',
    login: 'marketer',
    locale: 'en',
    unit_id: unit,
    roles: [{ role_id: role.role_id ?? role.id, unit_id: unit }],
  });
  const api = await server.signIn('marketer', added.password);
  await json(await api('/session/password', { method: 'POST', body: { current: added.password, new: FRESH } }));
  password = FRESH;
}

async function makeTemplates() {
  const both = (text) => ({
    sms: { en: { text }, ru: { text }, uz: { text } },
    email: Object.fromEntries(['en', 'ru', 'uz'].map((language) => [language, { subject: 'Trunkline', text, html: null }])),
  });
  for (const [name, text] of [
    ['thanks', 'Dear {{ customer.name }}, thank you for {{ event.amount }}!'],
    ['thanks_b', '{{ customer.name }}, you are great: {{ event.amount }}!'],
    ['curtains', '{{ customer.name }}, curtains for you'],
  ])
    await post('/templates', { name, title: name, class: 'functional', channels: both(text) });
}

before(async () => {
  [smsc, mail] = await Promise.all([Smsc.start(), MailSink.start()]);
  server = await Server.start();
  admin = await administrator(server);
  await makeMarketer();
  await post('/links', linkTo(smsc));
  await post('/links', mail.link());
  await makeTemplates();
  await post('/customers', {
    kind: 'individual',
    name: MAILED.name,
    language: 'en',
    vip: false,
    identifiers: [{ kind: 'email', value: MAILED.email }],
  });
  // Last month's events, from which the marketer learns what would have happened.
  for (let n = 0; n < 12; n += 1)
    await purchase(`+${AZIZA.number}`, { amount: n < 4 ? 150_000 : 20_000, category: 'furniture', loyalty_tier: 'gold' }, new Date(Date.now() - (n + 2) * DAY_MS));
});
after(async () => {
  await server?.discard();
  await Promise.all([smsc?.stop(), mail?.stop()]);
});

async function condition(browser, field, operator, fill) {
  const { page } = browser;
  await browser.button('Condition').last().click();
  const row = page.locator('.condition').last();
  await pickIn(page, row.getByRole('combobox', { name: 'Field' }), field);
  if (operator) await pickIn(page, row.getByRole('combobox', { name: 'Comparison' }), operator);
  await fill(row);
}

/** Searches in a list of choices and takes the one of that name. */
async function pickIn(page, box, choice) {
  await box.click();
  await box.fill(choice).catch(() => undefined);
  const list = page.locator('.ant-select-dropdown', { has: page.locator(`[id="${await box.getAttribute('aria-controls')}"]`) });
  await list.locator('.ant-select-item-option').getByText(choice, { exact: true }).first().click();
}

async function reaction(browser, template, { later = false } = {}) {
  const { page } = browser;
  await browser.button('Add a reaction').click();
  await page.getByRole('menuitem', { name: 'Send a message' }).click();
  const card = page.locator('.reaction').last();
  await pickIn(page, card.getByRole('combobox', { name: 'Template' }), template);
  await pickIn(page, card.getByRole('combobox', { name: 'Class' }), 'Functional');
  if (later) await card.getByText('Later', { exact: true }).click();
}

const savedDraft = (page) => page.locator('[data-saving=saved]').waitFor();

/** BRE-RULE-03, BRE-TEST-01, BRE-TEST-02, BRE-TIME-02, CIMP-NTF-01, OMNI-05, OMNI-10, GAP-20: without help, in the browser. */
test('a rule is made, tried, approved, launched, compared and rolled back', { timeout: 290_000 }, async (t) => {
  const started = Date.now();
  const maker = await Browser.open({ width: 1600, height: 900 });
  t.after(() => maker.close());
  const { page } = maker;
  await maker.signIn(server, 'marketer', password);
  const step = steps(t);

  await step('the marketer makes it from a form', async () => {
    await page.goto(`${server.url}/automation/rules`);
    await maker.button('New rule').click();
    await page.getByRole('dialog').getByRole('textbox').fill('Furniture: thanks and an offer');
    await maker.button('Create').click();
    await page.getByRole('tab', { name: 'What happens' }).waitFor();
    await pickIn(page, page.getByRole('combobox', { name: 'Event', exact: true }), 'Purchase');
    await condition(maker, 'Amount', null, (row) => row.getByRole('spinbutton', { name: 'Value' }).fill('100000'));
    await condition(maker, 'Category', null, (row) => row.getByRole('textbox', { name: 'Value' }).fill('furniture'));
    await condition(maker, 'Loyalty tier', null, (row) => pickIn(page, row.getByRole('combobox', { name: 'Value' }), 'Gold'));
    await condition(maker, 'Hour of the day', 'is at least', (row) => row.getByRole('spinbutton', { name: 'Value' }).fill('0'));
    await reaction(maker, 'thanks');
    await reaction(maker, 'curtains', { later: true });
    await page.getByText('Count customers who then do this').click();
    await page.locator('.rule-sentence', { hasText: 'Amount is at least 100,000' }).waitFor();
    await page.locator('.rule-sentence', { hasText: 'after 7 days, unless “Purchase” happens meanwhile, send “curtains”' }).waitFor();
    await savedDraft(page);
  });

  await step('the checker marks an unknown attribute with an example, and undo takes it back', async () => {
    await page.getByText('Expression', { exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('combobox', { name: 'Expression' }).fill('event.amuont >= 100000');
    const fault = page.locator('[data-at="/criteria/text"] .fault-line');
    await fault.filter({ hasText: 'event.amount' }).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Ask for approval' }).isDisabled(), 'not with faults');
    while ((await page.locator('.condition').count()) !== 4) await maker.button('Undo').click();
    await fault.waitFor({ state: 'detached' });
    await savedDraft(page);
  });

  await step('past events tell what would have happened, to whom', async () => {
    await page.getByRole('tab', { name: 'On past events' }).click();
    await maker.button('Run on past events').click();
    await page.locator('[data-simulation=done]').waitFor({ timeout: 30_000 });
    const figure = async (key) => Number((await page.locator(`[data-figure=${key}] b`).innerText()).replaceAll(/\D/g, ''));
    assert.deepEqual([await figure('seen'), await figure('matched'), await figure('customers')], [12, 4, 1]);
    await page.getByRole('region', { name: 'Examples' }).getByText(AZIZA.name).first().waitFor();
    assert.equal(smsc.messages.length, 0, 'nothing is sent');
  });

  await step('a trial says why, and is kept as a test', async () => {
    await page.getByRole('tab', { name: 'Try' }).click();
    const form = page.getByRole('region', { name: 'An event to try' });
    // The newest of last month's purchases, for who may not read the log.
    await form.getByRole('button', { name: 'Take a recent event' }).click();
    await form.getByText(AZIZA.name).waitFor();
    assert.match(await form.getByRole('spinbutton', { name: 'Amount' }).inputValue(), /^150.?000$/);
    await form.getByRole('spinbutton', { name: 'Amount' }).fill('50000');
    await form.getByRole('textbox', { name: 'Category' }).first().fill('furniture');
    await form.getByRole('button', { name: 'Try' }).click();
    await page.locator('.trace [data-held=false]', { hasText: 'Amount is at least 100,000 — was 50,000' }).waitFor();
    await form.getByRole('spinbutton', { name: 'Amount' }).fill('150000');
    await pickIn(page, form.getByRole('combobox', { name: 'Loyalty tier' }), 'Gold');
    await form.getByRole('button', { name: 'Try' }).click();
    await page.locator('.trial-result[data-matched=true]').waitFor();
    await page.getByRole('textbox', { name: 'Name of the test' }).fill('A large purchase of gold');
    await maker.button('Keep as a test').click();
    await page.getByRole('button', { name: 'Open the test A large purchase of gold' }).waitFor();
    await savedDraft(page);
    await maker.button('Run all').click();
    await page.getByText('passed', { exact: true }).waitFor();
  });

  await step('the marketer asks for approval and cannot give it', async () => {
    await maker.button('Ask for approval').click();
    await page.locator('.rule-head').getByText(/Awaits approval/).first().waitFor();
    assert.ok(await maker.button('Approve').isDisabled(), 'the maker does not approve');
  });
  t.diagnostic(`${((Date.now() - started) / 1000).toFixed(0)} s from nothing to the approval`);

  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);
  const ruleId = /rules\/([^/]+)/.exec(page.url())?.[1];
  const address = `${server.url}/automation/rules/${ruleId}`;
  const approveAndLaunch = async (percent) => {
    await boss.page.goto(`${server.url}/automation/rules/${ruleId}`);
    await boss.button('Approve').click();
    await boss.button('Launch').click();
    const dialog = boss.page.getByRole('dialog');
    if (percent) {
      await dialog.getByText('Beside the live version, for a share').click();
      await dialog.getByRole('spinbutton').fill(String(percent));
    }
    await dialog.getByRole('button', { name: 'Launch' }).click();
    await dialog.waitFor({ state: 'hidden' });
  };

  await step('another person approves and launches it', () => approveAndLaunch());

  await step('live events get real messages by the preferred channel, and the page counts them', async () => {
    const before = Date.now();
    const event = await purchase(`+${AZIZA.number}`, { amount: 250_000, category: 'furniture', loyalty_tier: 'gold' });
    const decided = await until('the rule has decided', async () => {
      const { items } = await json(await admin(`/events/${event}/decisions`));
      return items.find((one) => one.rule_id === ruleId);
    });
    assert.equal(decided.matched, true);
    t.diagnostic(`decided ${Date.parse(decided.decided_at) - before} ms after it was sent`);
    assert.ok(Date.parse(decided.decided_at) - before < 1000, 'within a second');
    await smsc.received(`+${AZIZA.number}`, 'thank you for 250000!');
    await boss.page.locator('[data-counter=matched] b', { hasText: /^1$/ }).waitFor();

    await purchase(`+${NATALIA.number}`, { amount: 10, category: 'furniture', loyalty_tier: 'gold' });
    await boss.page.getByRole('tab', { name: 'Decisions' }).click();
    await boss.page.getByText('Amount is at least 100,000').first().waitFor();
  });

  await step('a customer with an address only gets an e-mail', async () => {
    const purchaseType = await json(await admin('/event-types/purchase'));
    const { version, built_in, ...fields } = purchaseType;
    await json(await admin('/event-types/purchase', { method: 'PUT', headers: { 'if-match': `"${version}"` }, body: { ...fields, subject: 'email' } }));
    await purchase(MAILED.email, { amount: 300_000, category: 'furniture', loyalty_tier: 'gold' });
    const letter = await mail.received(MAILED.email, 'thank you for 300000!');
    assert.ok(letter);
    const again = await json(await admin('/event-types/purchase'));
    await json(await admin('/event-types/purchase', { method: 'PUT', headers: { 'if-match': `"${again.version}"` }, body: { ...fields, subject: 'phone' } }));
  });

  await step('a challenger runs beside it for a share, and results are compared in words', async () => {
    await page.goto(address);
    await pickIn(page, page.locator('.reaction').first().getByRole('combobox', { name: 'Template' }), 'thanks_b');
    await savedDraft(page);
    await maker.button('Ask for approval').click();
    await page.locator('.rule-head').getByText(/Awaits approval/).first().waitFor();
    await approveAndLaunch(50);
    await boss.page.locator('.rule-head').getByText('B: version 2, 50 %').waitFor();
    const { items: everybody } = await json(await admin('/customers?limit=40'));
    const phones = everybody.flatMap((one) => one.identifiers.filter(({ kind }) => kind === 'phone').slice(0, 1));
    for (const { value } of phones) await purchase(value, { amount: 120_000, category: 'furniture', loyalty_tier: 'gold' });
    await until('both versions have reached customers', () => ['thank you for 120000', 'you are great: 120000'].every((words) => smsc.messages.some((one) => one.text.includes(words))), { seconds: 30 });
    await boss.page.getByRole('tab', { name: 'Results' }).click();
    for (const variant of ['A', 'B']) await boss.page.getByRole('row', { name: new RegExp(`^${variant} Version`) }).waitFor();
    await boss.page.locator('[data-verdict]').waitFor();
  });

  await step('B becomes the live version, and is rolled back with the differences in sight', async () => {
    await boss.button('Actions').click();
    await boss.page.getByRole('menuitem', { name: 'Make B the live version' }).click();
    await boss.page.getByRole('dialog').getByRole('button', { name: 'Make B the live version' }).click();
    await boss.page.locator('.rule-head').getByText('Live: version 2').waitFor();
    await boss.page.getByRole('tab', { name: 'Versions' }).click();
    await boss.button('Roll back to it').click();
    const dialog = boss.page.getByRole('dialog');
    await dialog.getByText('thanks_b').first().waitFor();
    await dialog.getByRole('button', { name: 'Roll back to it' }).click();
    await boss.page.locator('.rule-head').getByText('Live: version 1').waitFor();
    await purchase(`+${NATALIA.number}`, { amount: 777_000, category: 'furniture', loyalty_tier: 'gold' });
    const got = await smsc.received(`+${NATALIA.number}`, '777000');
    assert.match(got.text, /thank you/);
  });
  for (const browser of [maker, boss]) assert.deepEqual(browser.faults, [], 'the page threw nothing');
});

/** BRE-RULE-01, BRE-TEST-01: what is wrong with a table is shown at its row, with an event that shows it. */
test('a decision table is checked row by row', { timeout: 120_000 }, async (t) => {
  const maker = await Browser.open({ width: 1600, height: 900 });
  t.after(() => maker.close());
  const { page } = maker;
  await maker.signIn(server, 'marketer', password);
  await page.goto(`${server.url}/automation/rules`);
  await maker.button('New rule').click();
  await page.getByRole('dialog').getByRole('textbox').fill('Thanks by table');
  await maker.button('Create').click();
  await pickIn(page, page.getByRole('combobox', { name: 'Event', exact: true }), 'Purchase');
  await reaction(maker, 'thanks');
  await page.getByText('Decision table', { exact: true }).click();
  await page.getByRole('button', { name: 'Column …' }).first().click();
  await pickIn(page, page.locator('.column-form').getByRole('combobox', { name: 'Field', exact: true }), 'Amount');
  await page.keyboard.press('Escape');
  for (let n = 0; n < 2; n += 1) await maker.button('Row').click();
  const cell = (row, column) => page.getByLabel(`Row ${row}, ${column}`);
  await cell(1, 'Amount').fill('>= 100000');
  await cell(1, 'What to do').selectOption('"message"');
  await cell(2, 'Amount').fill('>= 500000');
  await cell(2, 'What to do').selectOption('"message"');
  const dead = page.locator('.row-faults [data-code=unreachable_rule]');
  await dead.filter({ hasText: 'For example' }).waitFor();
  await page.locator('[data-code=missing_cases]').first().waitFor();
  // Rows out of a spreadsheet over the first cell: the greater amount stands first now.
  await cell(1, 'Amount').evaluate((input) => {
    const data = new DataTransfer();
    data.setData('text/plain', '>= 500000\t"message"\n>= 100000\t"message"');
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  });
  await dead.waitFor({ state: 'detached' });
  assert.equal(await cell(2, 'Amount').inputValue(), '>= 100000');
  await savedDraft(page);
  assert.deepEqual(maker.faults, [], 'the page threw nothing');
});
