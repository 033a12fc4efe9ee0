// What earns: every kind of activity by its rule, a rule that marketing changes in the browser and that counts at once, and
// what comes by itself with the years. One data folder is started again at later dates.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { Clock, moment } from './lib/clock.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

/** Noon of a day in the programme's zone. */
const noon = (day) => new Clock(moment(day, '12:00:00', 5));
const NUMBER = '700000061';
/** What is reported, by which ready rule it earns, and how many points. */
const KINDS = [
  ['invoice_issued', 'Points for invoices', { amount: 50_000, invoice: 'I-1' }, 25],
  ['payment', 'Points for payments', { amount: 50_000 }, 50],
  ['topped_up', 'Points for top-ups', { amount: 10_000 }, 10],
  ['action', 'Points for actions', { action: 'profile_completed' }, 50],
  ['auto_payment', 'Points for automatic payments', { amount: 50_000 }, 100],
  ['online_payment', 'Points for online payments', { amount: 8_000 }, 10],
  ['purchase', 'Points for purchases', { amount: 12_000, receipt: 'r-1' }, 120],
];
const YEARLY = ['Points for the birthday', 'Points for years of membership'];

let server;
let admin;
const rules = new Map();

before(async () => {
  // A year passes in this journey: nobody is asked for a new password meanwhile.
  server = await Server.start({ clock: noon('2027-02-27'), settings: { ACCESS__PASSWORD__EXPIRES_AFTER_DAYS: '0' } });
  admin = new Api(server, await administrator(server));
  const marketer = await admin.person('Dilnoza Rashidova', 'marketer', 'Marketing');
  for (const name of [...KINDS.map(([, rule]) => rule), ...YEARLY]) rules.set(name, await admin.launch(name, marketer));
  await admin.member('Малика Азимова', '+998907770061', { number: NUMBER, birth_date: '1996-02-29' });
});
after(() => server?.discard());

/** What rules of this name gave within the last 90 days. */
async function givenBy(rule) {
  const { movements } = await admin.get(`/loyalty/accounts/${NUMBER}/history`);
  return movements.filter((one) => one.kind === 'accrue' && one.rule === rules.get(rule)).map(({ amount }) => amount);
}

/** CIMP-BON-01 … CIMP-BON-09, CIMP-BON-12, CIMP-GEN-04 */
test('activities of each kind earn by rules that marketing changes, and the years do', { timeout: 240_000 }, async (t) => {
  const step = steps(t);

  await step('each kind earns by its own rule, once', async () => {
    for (const [kind, rule, data, points] of KINDS) {
      const { accrued } = await admin.activity(NUMBER, kind, `${kind}-1`, data);
      assert.deepEqual(accrued.map((one) => [one.amount, one.rule]), [[points, rules.get(rule)]], kind);
      const again = await admin.activity(NUMBER, kind, `${kind}-1`, data);
      assert.equal(again.repeated, true, kind);
    }
    const sum = KINDS.reduce((all, [, , , points]) => all + points, 0);
    assert.equal((await admin.points(NUMBER)).balance, sum);
  });

  await step('marketing changes a rule in the browser, somebody else approves it, and it counts at once', async () => {
    const open = async (login) => {
      const desk = await Browser.open({ width: 1600, height: 900, clock: server.clock });
      t.after(() => desk.close());
      await desk.signIn(server, login, FRESH);
      await desk.page.goto(`${server.url}/automation/rules/${rules.get('Points for payments')}`);
      return desk;
    };
    const maker = await open('marketer');
    await maker.page.getByRole('combobox', { name: 'How many, an expression' }).fill('event.amount / 500');
    await maker.page.locator('[data-saving=saved]').waitFor();
    await maker.button('Ask for approval').click();
    await maker.page.locator('.rule-head').getByText(/Awaits approval/).first().waitFor();

    const boss = await open('administrator');
    await boss.button('Approve').click();
    await boss.button('Launch').click();
    const dialog = boss.page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Launch' }).click();
    await dialog.waitFor({ state: 'hidden' });
    const launched = Date.now();
    const changed = await until('the new version gives', async () => {
      const { accrued } = await admin.activity(NUMBER, 'payment', `payment-${crypto.randomUUID()}`, { amount: 50_000 });
      return accrued[0].rule_version === 2 && accrued[0];
    });
    assert.ok(Date.now() - launched < 2_000, `it took ${Date.now() - launched} ms`);
    assert.equal(changed.amount, 100);
    for (const desk of [maker, boss]) assert.deepEqual(desk.faults, [], 'the page threw nothing');
  });

  await step('who was born on the 29th of February has a birthday on the 28th of other years', async () => {
    assert.deepEqual(await givenBy('Points for the birthday'), []);
    await admin.again(noon('2027-02-28'));
    await until('the birthday gives points', async () => (await givenBy('Points for the birthday')).length > 0);
    assert.deepEqual(await givenBy('Points for the birthday'), [200]);
    const { lots } = await admin.points(NUMBER);
    const month = moment('2027-04-01', '00:00:00', 5).toISOString();
    assert.ok(lots.some((one) => one.amount === 200 && new Date(one.expires_at).toISOString() === month), 'they are valid for a month');
  });

  await step('a year of membership gives points, and the leap year has its own day', async () => {
    await admin.again(noon('2028-02-27'));
    await until('the year gives points', async () => (await givenBy('Points for years of membership')).length > 0);
    assert.deepEqual(await givenBy('Points for years of membership'), [100]);
    assert.deepEqual(await givenBy('Points for the birthday'), [], 'not yet');
    await admin.again(noon('2028-02-29'));
    await until('the birthday gives points', async () => (await givenBy('Points for the birthday')).length > 0);
    assert.deepEqual(await givenBy('Points for the birthday'), [200]);
    assert.deepEqual(await givenBy('Points for years of membership'), [100], 'once a year');
  });
});
