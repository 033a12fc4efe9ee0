// An administrator gives customers a new attribute and makes a kind of card of its own; both are used everywhere at
// once, without code and without a restart.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { AZIZA, NATALIA } from './lib/demo.mjs';
import { press, saved, threeNames, typed } from './lib/forms.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
});
after(() => server?.discard());

const json = async (answer) => {
  const body = await answer.json();
  assert.ok(answer.ok, `${answer.status} ${JSON.stringify(body)}`);
  return body;
};
const find = async (name) => {
  const { items } = await json(await admin(`/customers?q=${encodeURIComponent(name)}`));
  return items.find((one) => one.name === name);
};

/** UMS-ENT-05, NFR-LOW-01, PP-MGT-08, KAM-GEN-08: attributes of the customer card and kinds of cards without code. */
test('a new attribute and a new kind of card are used at once in forms, filters, reports, rules and the API', { timeout: 280_000 }, async (t) => {
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  const { page } = boss;
  await boss.signIn(server, 'administrator', FRESH);
  const process = server.process.pid;

  // Two attributes of the customer card.
  await page.goto(`${server.url}/automation/structures`);
  await press(page, 'Create');
  await saved(boss, async (form) => {
    await threeNames(form, 'Title', ['Loyalty club', 'Клуб', 'Klub']);
    await typed(form, 'Key', 'club');
    await boss.pick('Type', 'One of a list', { within: form });
    for (const [value, title] of [['premier', 'Premier'], ['classic', 'Classic']]) {
      await press(form, 'Add a value');
      await form.getByLabel('Value', { exact: true }).last().fill(value);
      await form.getByLabel('Title, English', { exact: true }).last().fill(title);
      await form.getByLabel('Title, Русский', { exact: true }).last().fill(title);
      await form.getByLabel(/^Title, O.zbek/).last().fill(title);
    }
    await form.getByLabel('Fast filter').click();
  });
  await page.getByRole('row', { name: /Loyalty club/ }).waitFor();
  await press(page, 'Create');
  await saved(boss, async (form) => {
    await threeNames(form, 'Title', ['Yearly spending', 'Траты за год', 'Yillik xarajat']);
    await typed(form, 'Key', 'spending');
    await boss.pick('Type', 'Decimal number', { within: form });
    await typed(form, 'Unit', 'UZS');
  });

  // A kind of card with attributes of its own, and a kind of link.
  await page.goto(`${server.url}/automation/structures/kinds`);
  await page.getByRole('heading', { name: 'Kinds of cards' }).waitFor();
  await press(page, 'Create');
  await saved(boss, async (form) => {
    await threeNames(form, 'Title', ['Yacht', 'Яхта', 'Yaxta']);
    await threeNames(form, 'Title of the list', ['Yachts', 'Яхты', 'Yaxtalar']);
    await typed(form, 'Key', 'yacht');
    await typed(form, 'Title of a card', '{{ hull }}, {{ berth }}');
  });
  for (const [key, en, type] of [['hull', 'Hull', 'Text'], ['berth', 'Berth', 'Text'], ['length', 'Length', 'Whole number']]) {
    await page.goto(`${server.url}/automation/structures/attributes?of=yacht`);
    await press(page, 'Create');
    await saved(boss, async (form) => {
      await threeNames(form, 'Title', [en, en, en]);
      await typed(form, 'Key', key);
      await boss.pick('Type', type, { within: form });
      if (key === 'hull') {
        await form.getByLabel('Must be filled').click();
        await form.getByLabel('Found by search').click();
      }
    });
  }
  await page.goto(`${server.url}/automation/structures/links`);
  await page.getByRole('heading', { name: 'Links' }).waitFor();
  await press(page, 'Create');
  await saved(boss, async (form) => {
    await boss.pick('First card', 'Customer card', { within: form });
    await boss.pick('Second card', 'Yacht', { within: form });
    await threeNames(form, 'Read from the first card', ['sails', 'ходит на', 'suzadi']);
    await threeNames(form, 'Read from the second card', ['sailed by', 'капитан', 'kapitan']);
    await typed(form, 'Key', 'sails');
  });

  // The customer's form has the attributes at once, and a wrong value is said at its field.
  const aziza = await find(AZIZA.name);
  await page.goto(`${server.url}/customers/${aziza.id}`);
  await press(page, 'Edit');
  await saved(boss, async (form) => {
    await boss.pick('Loyalty club', 'Premier', { within: form });
    await form.getByLabel(/^Yearly spending/).fill('1500000.5');
  });
  await page.getByText('1,500,000.5 UZS').waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.locator('.was', { hasText: 'Loyalty club' }).filter({ hasText: 'Premier' }).waitFor();

  // A card is made, linked with the customer, found, and its history told.
  await page.goto(`${server.url}/customers/cards/yacht`);
  await press(page, 'Add');
  const form = page.getByRole('dialog');
  await form.getByLabel(/^Berth/).fill('A-17');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Fill this in').waitFor();
  await typed(form, 'Hull', 'Aurora');
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('heading', { name: 'Aurora, A-17' }).waitFor();
  await press(page, 'Add a link');
  await boss.pick('Kind of link', 'sailed by');
  await page.getByRole('combobox', { name: 'Linked card' }).fill('Aziza');
  await page.locator('.ant-select-dropdown:visible').getByText(AZIZA.name).click();
  await press(page, 'Save');
  await page.getByRole('link', { name: AZIZA.name }).click();
  await page.getByRole('link', { name: /Aurora, A-17/ }).waitFor();
  await page.goto(`${server.url}/customers/cards/yacht?q=auro`);
  await page.getByRole('link', { name: 'Aurora, A-17' }).waitFor();

  // The list filters by the attribute, by fields and by an expression; the file has what the list shows.
  await page.goto(`${server.url}/customers`);
  const rows = page.locator('tbody tr.ant-table-row');
  await until('many customers are listed', async () => (await rows.count()) > 1);
  await press(page, 'Filter');
  await boss.pick('Field', 'Loyalty club');
  await boss.pick('Value', 'Premier');
  await press(page, 'Show');
  await until('one customer is listed', async () => (await rows.count()) === 1);
  await page.getByRole('link', { name: AZIZA.name }).waitFor();
  assert.match(page.url(), /where=/, 'the filter stands in the address');
  const download = page.waitForEvent('download');
  await press(page, 'Export CSV');
  const file = readFileSync(await (await download).path(), 'utf8');
  assert.match(file, /Aziza Karimova/);
  assert.equal(file.trim().split('\r\n').length, 2, 'a heading and one customer');
  await page.goto(`${server.url}/customers?where=${encodeURIComponent('customer.spending > 2000000')}`);
  await page.getByText('Nothing matches').waitFor();

  // The report counts by it.
  await page.goto(`${server.url}/customers/report?by=customer.club`);
  await page.locator('.bars').getByText('Premier').waitFor();
  await page.goto(`${server.url}/customers/report?fn=sum&field=customer.spending`);
  await page.locator('.bars').getByText('1,500,000.5').waitFor();

  // The same for cards of the new kind.
  for (const [where, shown] of [["card.berth == 'A-17'", 'Aurora, A-17'], ["card.berth == 'B-1'", 'Nothing matches']]) {
    await page.goto(`${server.url}/customers/cards/yacht?where=${encodeURIComponent(where)}`);
    await page.getByText(shown).first().waitFor();
  }
  await page.goto(`${server.url}/customers/report?of=yacht&by=card.berth`);
  await page.locator('.bars').getByText('A-17').waitFor();

  // The API has it, and refuses what the definition does not allow, at the field.
  const now = await admin(`/customers/${aziza.id}`);
  const customer = await json(now);
  assert.deepEqual([customer.attributes.club, customer.attributes.spending], ['premier', 1500000.5]);
  const { id, version, created_at, updated_at, ...fields } = customer;
  const refused = await admin(`/customers/${id}`, {
    method: 'PUT',
    headers: { 'if-match': now.headers.get('etag') },
    body: { ...fields, attributes: { ...fields.attributes, club: 'platinum' } },
  });
  const problem = await refused.json();
  assert.deepEqual([refused.status, problem.errors?.[0]?.pointer], [422, '/attributes/club']);

  // Rules know it, and what is not there they do not.
  const check = async (field) => {
    const document = {
      event: 'purchase',
      criteria: { kind: 'form', group: { all: [{ field, op: 'eq', value: 'premier' }] } },
      reactions: [{ key: 'tell', kind: 'emit', event: 'club.bought', data: {} }],
    };
    const { faults } = await json(await admin('/rules/check', { method: 'POST', body: { document } }));
    return faults.filter((fault) => fault.code === 'unknown_field');
  };
  await until('the checker knows the attribute', async () => (await check('customer.club')).length === 0);
  assert.notEqual((await check('customer.nowhere')).length, 0);

  // A rule that goes live decides by it, for who has it and for who has not.
  const people = new Api(server, admin);
  const marketer = await people.person('Dilnoza Rashidova', 'marketer', 'Marketing');
  const rule = await people.rule(
    'For the club',
    {
      event: 'purchase',
      criteria: { kind: 'form', group: { all: [{ field: 'customer.club', op: 'eq', value: 'premier' }] } },
      reactions: [{ key: 'tell', kind: 'emit', event: 'site.visited', data: { page: "'club'" } }],
      tests: [{ name: 'of the club', event: { amount: 1 }, customer: { club: 'premier' }, expect: { matched: true, reactions: ['tell'] } }],
    },
    marketer,
  );
  for (const [who, matched] of [[AZIZA, true], [NATALIA, false]]) {
    const bought = await people.event('purchase', `p-${who.number}`, `+${who.number}`, { amount: 1_000 });
    const decided = await until(`the purchase of ${who.name} is decided`, async () => {
      const { items } = await people.get(`/events/${bought}/decisions`);
      return items.find((one) => one.rule_id === rule);
    });
    assert.equal(decided.matched, matched, who.name);
  }

  // The structure is a document that can be kept and brought in again.
  await page.goto(`${server.url}/automation/structures/transfer`);
  const kept = page.waitForEvent('download');
  await press(page, 'Export to a file');
  const structure = await (await kept).path();
  await page.locator('input[type=file]').setInputFiles({ name: 'structures.json', mimeType: 'application/json', buffer: readFileSync(structure) });
  await page.getByRole('heading', { name: 'What the import would do' }).waitFor();
  await page.getByText('Leave as it is').first().waitFor();
  assert.equal(await page.getByText('Change', { exact: true }).count(), 0, 'the same structure changes nothing');

  assert.equal(server.process.pid, process, 'nothing was restarted');
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});
