// The auditor: a balance explained posting by posting on one screen, a correction that is a new posting, and a chain that
// a command verifies and that finds whoever goes around it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { press } from './lib/forms.mjs';
import { Api } from './lib/loyalty.mjs';
import { command, psql } from './lib/psql.mjs';
import { Server } from './lib/server.mjs';

let server;
let admin;
let member;
let bought;

before(async () => {
  server = await Server.start();
  admin = new Api(server, await administrator(server));
  const marketer = await admin.person('Дильноза Рашидова', 'marketer', 'Marketing');
  const service = await admin.person('Камола Юсупова', 'service', 'Customer service');
  const operations = ['session.self', 'loyalty.read', 'rule.read'];
  await admin.person('Аудитор', 'auditor', 'Loyalty auditor', { operations });
  await admin.launch('Points for purchases', marketer);
  member = await admin.member('Малика Азимова', '+998907770041', { number: '700000041' });
  bought = await admin.purchase(member.number, 'чек-77', 300_000);
  await service.post(`/loyalty/accounts/${member.number}/adjustments`, { amount: '-200', reason: 'mistake', comment: 'Ошибка кассы' });
  await admin.post('/loyalty/orders', { account: member.number, reward: 'gb-10' });
});
after(() => server?.discard());

/** CIMP-GEN-03, CIMP-TXN-06 */
test('an auditor explains a balance on one screen, posting by posting', { timeout: 280_000 }, async (t) => {
  const desk = await Browser.open({ width: 1600, height: 1000, language: 'ru' });
  t.after(() => desk.close());
  const { page } = desk;
  page.setDefaultTimeout(30_000);
  await desk.signIn(server, 'auditor', FRESH);
  const open = () => page.goto(`${server.url}/loyalty/members/${member.id}/history`);
  await open();
  await press(page, 'Объяснить всё');

  const blocks = page.locator('.explained');
  await blocks.nth(2).getByRole('heading', { name: 'Проводки' }).waitFor();
  assert.equal(await blocks.count(), 3, 'the accrual, the correction, the order');
  const version = bought.accrued[0].rule_version;
  const accrual = blocks.filter({ hasText: 'чек-77' });
  await accrual.getByRole('link', { name: `Баллы за покупки, версия ${version}` }).waitFor();
  await accrual.getByText(/Покупка, .*till-1/).waitFor();
  await accrual.getByText('+3 000').or(accrual.getByText('+3 000')).first().waitFor();
  const correction = blocks.filter({ hasText: 'Исправление ошибки' });
  await correction.getByText('Камола Юсупова').waitFor();
  await correction.getByText('Выполнено вручную').or(correction.getByText('Ошибка кассы')).first().waitFor();

  // Postings add up to the balance that is shown.
  const { movements } = await admin.get(`/loyalty/accounts/${member.id}/history`);
  const { balance } = await admin.points(member.id);
  assert.equal(movements.reduce((sum, one) => sum + one.amount, 0), balance);
  assert.equal(balance, 2_400);

  // Of one who only reads nothing can be taken back; a correction is a posting more, and nothing else changed.
  assert.equal(await page.getByRole('button', { name: 'Отменить начисление' }).count(), 0);
  await admin.post(`/loyalty/accounts/${member.number}/cancellations`, { transaction: bought.accrued[0].transaction, points: '100', reason: 'mistake' });
  await open();
  await page.getByRole('row', { name: /Отмена начисления.*-100/ }).getByRole('button', { name: 'Почему?' }).click();
  const drawer = page.getByRole('dialog');
  await drawer.getByText(/^Отменяет/).waitFor();
  await drawer.locator('p', { hasText: 'Отменяет' }).getByRole('button').click();
  await drawer.getByText('чек-77').first().waitFor();
  const after = await admin.get(`/loyalty/accounts/${member.id}/history`);
  assert.equal(after.movements.length, movements.length + 1);
  for (const one of movements) {
    const same = after.movements.find((other) => other.transaction === one.transaction);
    assert.deepEqual(same, one, 'what was booked stays');
  }
  assert.deepEqual(desk.faults, [], 'the page threw nothing');
});

/** CIMP-GEN-03: the ledger recounts itself beside the running server, and finds what somebody changed behind its back. */
test('a command verifies the ledger, and finds a posting that was changed in the database', { timeout: 280_000 }, async () => {
  const clean = await command(server, 'ledger', 'verify');
  assert.equal(clean.code, 0, clean.stderr);
  assert.match(clean.stdout, /^\d+ blocks, \d+ transactions, \d+ postings, .* the chain ends in [0-9a-f]{64}\n$/);

  const change = (by) => `update ledger.transaction set amount = amount + ${by} where number = (select min(number) from ledger.posting where place = 0)`;
  await assert.rejects(psql(server, change(7)), /append-only/);
  await psql(server, `alter table ledger.transaction disable trigger transaction_append_only; ${change(7)}; alter table ledger.transaction enable trigger transaction_append_only`);

  const found = await command(server, 'ledger', 'verify');
  assert.equal(found.code, 1);
  assert.match(found.stdout, /^transaction_hash: /m);
  assert.match(found.stdout, /^account_balance: /m);
});
