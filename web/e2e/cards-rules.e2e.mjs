// A kind of card that an administrator has just made is a criterion of a rule that a marketer puts together in the form;
// real events are then decided by the cards of their customers, without code and without a restart.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { AZIZA, NATALIA } from './lib/demo.mjs';
import { press, saved, threeNames, typed } from './lib/forms.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

const RULE = 'Owners of new vehicles';

let server;
let people;
let marketer;

before(async () => {
  server = await Server.start();
  people = new Api(server, await administrator(server));
  marketer = await people.person('Dilnoza Rashidova', 'marketer', 'Marketing');
});
after(() => server?.discard());

const customer = async ({ name }) => {
  const { items } = await people.get(`/customers?q=${encodeURIComponent(name)}`);
  return items.find((one) => one.name === name);
};

/** Chooses in a list by what people read. */
async function choose(page, box, choice) {
  await box.click();
  const list = page.locator('.ant-select-dropdown', { has: page.locator(`[id="${await box.getAttribute('aria-controls')}"]`) });
  await list.locator('.ant-select-item-option').getByText(choice, { exact: true }).first().click();
}

const savedDraft = (page) => page.locator('[data-saving=saved]').waitFor();

/** UMS-ENT-05, NFR-LOW-01, PP-MGT-08, BRE-RULE-03: cards of a kind of one's own decide in a rule made from a form. */
test('a kind of card that was just made is a criterion of a rule', { timeout: 280_000 }, async (t) => {
  const process = server.process.pid;
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  const maker = await Browser.open({ width: 1600, height: 900 });
  t.after(() => maker.close());
  const step = steps(t);

  await step('the marketer begins a rule, before there is such a kind', async () => {
    const { page } = maker;
    await maker.signIn(server, 'marketer', FRESH);
    await page.goto(`${server.url}/automation/rules`);
    await maker.button('New rule').click();
    await page.getByRole('dialog').getByRole('textbox').fill(RULE);
    await maker.button('Create').click();
    await page.getByRole('tab', { name: 'What happens' }).waitFor();
    await choose(page, page.getByRole('combobox', { name: 'Event', exact: true }), 'Purchase');
    await savedDraft(page);
  });

  await step('the administrator makes the kind, its attributes and its link', async () => {
    const { page } = boss;
    await boss.signIn(server, 'administrator', FRESH);
    await page.goto(`${server.url}/automation/structures/kinds`);
    await page.getByRole('heading', { name: 'Kinds of cards' }).waitFor();
    await press(page, 'Create');
    await saved(boss, async (form) => {
      await threeNames(form, 'Title', ['Vehicle', 'Автомобиль', 'Avtomobil']);
      await threeNames(form, 'Title of the list', ['Vehicles', 'Автомобили', 'Avtomobillar']);
      await typed(form, 'Key', 'vehicle');
      await typed(form, 'Title of a card', '{{ plate }}');
    });
    for (const [key, title, type] of [['plate', 'Plate', 'Text'], ['year', 'Year', 'Whole number']]) {
      await page.goto(`${server.url}/automation/structures/attributes?of=vehicle`);
      await press(page, 'Create');
      await saved(boss, async (form) => {
        await threeNames(form, 'Title', [title, title, title]);
        await typed(form, 'Key', key);
        await boss.pick('Type', type, { within: form });
      });
    }
    await page.goto(`${server.url}/automation/structures/links`);
    await page.getByRole('heading', { name: 'Links' }).waitFor();
    await press(page, 'Create');
    await saved(boss, async (form) => {
      await boss.pick('First card', 'Customer card', { within: form });
      await boss.pick('Second card', 'Vehicle', { within: form });
      await threeNames(form, 'Read from the first card', ['drives', 'водит', 'haydaydi']);
      await threeNames(form, 'Read from the second card', ['driven by', 'водитель', 'haydovchi']);
      await typed(form, 'Key', 'drives');
    });
    // Aziza drives a new one and an old one, Natalia an old one.
    for (const [who, plate, year] of [[AZIZA, '01A111AA', 2024], [AZIZA, '01B222BB', 2012], [NATALIA, '01C333CC', 2015]]) {
      const card = await people.post('/cards', { kind: 'vehicle', attributes: { plate, year } });
      await people.post(`/links-of/${card.id}`, { kind: 'drives', from: (await customer(who)).id });
    }
  });

  await step('the marketer finds it in the form at once', async () => {
    const { page } = maker;
    await page.reload();
    await maker.button('Cards of the customer').click();
    const row = page.getByRole('group', { name: 'Cards of the customer' });
    await choose(page, row.getByRole('combobox', { name: 'Kind of card' }), 'Vehicles');
    await row.getByRole('button', { name: /Condition$/ }).click();
    await choose(page, row.getByRole('combobox', { name: 'Field' }), 'Year');
    await choose(page, row.getByRole('combobox', { name: 'Comparison' }), 'is more than');
    await row.getByRole('spinbutton', { name: 'Value' }).fill('2020');
    await page.locator('.rule-sentence', { hasText: 'the customer has a card of “Vehicles” with Year is more than 2,020' }).waitFor();
    await maker.button('Add a reaction').click();
    await page.getByRole('menuitem', { name: 'Create a task' }).click();
    await page.locator('.reaction').last().getByLabel('Title of the task').fill('Offer the insurance');
    await savedDraft(page);
    assert.equal(await page.locator('.fault-line[data-severity=error]').count(), 0, 'the check marks nothing');
  });

  await step('a trial says by which cards, and is kept as a test', async () => {
    const { page } = maker;
    await page.getByRole('tab', { name: 'Try' }).click();
    const form = page.getByRole('region', { name: 'An event to try' });
    for (const [who, held, met] of [[NATALIA, false, 'cards: 1 (Year: 2,015)'], [AZIZA, true, 'cards: 2 (Year: 2,012; Year: 2,024)']]) {
      const box = form.getByRole('combobox', { name: 'Customer' });
      await box.fill(who.name);
      await page.locator('.ant-select-dropdown:visible').getByText(who.name).first().click();
      await form.getByRole('button', { name: 'Try' }).click();
      await page.locator(`.trace [data-held=${held}]`, { hasText: met }).waitFor();
      await page.locator(`.trial-result[data-matched=${held}]`).waitFor();
    }
    await page.getByRole('textbox', { name: 'Name of the test' }).fill('drives a new one');
    await press(page, 'Keep as a test');
    const { id } = await people.ruleNamed(RULE);
    await until('the test is kept', async () => (await people.get(`/rules/${id}`)).document.tests?.length === 1);
    await press(page, 'Run all');
    await page.locator('.tests').getByText('passed').waitFor();
  });

  await step('it goes live, and real events are decided by the cards', async () => {
    const rule = await people.launch(RULE, marketer);
    for (const [who, matched] of [[AZIZA, true], [NATALIA, false]]) {
      const bought = await people.event('purchase', `v-${who.number}`, `+${who.number}`, { amount: 1_000 });
      const decided = await until(`the purchase of ${who.name} is decided`, async () => {
        const { items } = await people.get(`/events/${bought}/decisions`);
        return items.find((one) => one.rule_id === rule);
      });
      assert.equal(decided.matched, matched, who.name);
      assert.deepEqual(decided.inputs['cards.vehicle.year'], matched ? [2012, 2024] : [2015], 'what was looked at is on record');
    }
    // The same words are a segment.
    const where = encodeURIComponent('some(cards.vehicle, #.year > 2020)');
    const { items } = await people.get(`/customers?where=${where}`);
    assert.deepEqual(items.map(({ name }) => name), [AZIZA.name]);
  });

  assert.equal(server.process.pid, process, 'nothing was restarted');
  assert.deepEqual([...boss.faults, ...maker.faults], [], 'the pages threw nothing');
});
