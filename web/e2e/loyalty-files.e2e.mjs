// Files of other systems: dropped, uploaded, applied once, with what was refused; and a month that closes, with figures
// that another program counts too.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { press, saved, typed } from './lib/forms.mjs';
import { Api } from './lib/loyalty.mjs';
import { psql, recount } from './lib/psql.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

/** Lines of the large file: enough that its progress is seen on a slow machine. */
const MANY = 100_000;
let server;
let admin;
let north;
let south;
let folder;
let desk;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trunkline-files-'));
  server = await Server.start();
  admin = new Api(server, await administrator(server));
  const marketer = await admin.person('Дильноза Рашидова', 'marketer', 'Marketing');
  await admin.launch('Points for purchases', marketer);
  north = await admin.member('Севара Умарова', '+998907770031', { number: '700000031', macroregion: 'north' });
  south = await admin.member('Рустам Саидов', '+998907770032', { number: '700000032', macroregion: 'south' });
  await admin.purchase(north.number, 'warm-up', 100_000);
  desk = await Browser.open({ width: 1500, height: 900, language: 'ru' });
  desk.page.setDefaultTimeout(30_000);
  await desk.signIn(server, 'marketer', FRESH);
});
after(async () => {
  await desk?.close();
  await server?.discard();
  rmSync(folder, { recursive: true, force: true });
});

const purchases = (name, lines) => {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};
const row = (name) => desk.page.getByRole('row', { name });
const balance = async (account) => (await admin.points(account))?.balance ?? 0;
const today = () => new Date().toISOString().slice(0, 10);

/** CIMP-ETL-01 … CIMP-ETL-04, CIMP-ETL-07 */
test('a file is applied once, with its progress and what was refused', { timeout: 280_000 }, async (t) => {
  const { page } = desk;
  const upload = (path) => page.locator('.file-drop input[type=file]').setInputFiles(path);

  await t.test('a structure is made from the usual one', async () => {
    await page.goto(`${server.url}/loyalty/files/structures`);
    await press(page, 'Создать');
    await saved(
      desk,
      async (form) => {
        await typed(form, 'Название', 'Покупки магазинов');
        await desk.pick('Программа', 'Бонус Транклайн', { within: form });
        await desk.pick('Вид', 'Покупки и аренда', { within: form });
        await form.getByText('"PUR_"').or(form.locator('textarea')).first().waitFor();
      },
      'Сохранить',
    );
    await row(/Покупки магазинов Покупки и аренда PUR_….txt/).waitFor();
  });

  const before = await balance(north.number);
  const lines = [
    `${north.number}|${today()}|100000|D-1|purchase||||`,
    `${north.number}|${today()}|много|D-2|purchase||||`,
    `${south.number}|${today()}|50000|D-3|purchase||||`,
    `999999999|${today()}|50000|D-4|purchase||||`,
  ];

  await t.test('an upload is applied; the refused line can be loaded with field and reason', async () => {
    await page.getByRole('tab', { name: 'Принятые' }).click();
    await upload(purchases('PUR_one.txt', lines));
    const file = row(/PUR_one\.txt/);
    await file.getByText('Применён', { exact: true }).waitFor();
    await file.getByText(/Применено: 2 · Отклонено: 1.*Не участвуют: 1/).waitFor();
    assert.equal(await balance(north.number), before + 1_000);
    const loaded = page.waitForEvent('download');
    await file.getByRole('link', { name: 'Отклонённые строки' }).click();
    const rejects = (await (await (await loaded).createReadStream()).toArray()).join('');
    assert.match(rejects, /^2\|amount\|[^|]+\|.*много/m);
  });

  await t.test('the same content again gives nothing', async () => {
    await upload(purchases('PUR_two.txt', lines));
    await row(/PUR_two\.txt/).getByText('Такое содержимое уже применено').waitFor();
    assert.equal(await balance(north.number), before + 1_000);
  });

  await t.test('a name that no structure has is refused in words', async () => {
    await upload(purchases('XYZ_1.txt', lines));
    await page.locator('.ant-message-notice').filter({ hasText: 'Нет структуры с таким началом' }).waitFor();
  });

  await t.test('a large one from the folder shows how far it is', async () => {
    const many = Array.from({ length: MANY }, (_, n) => `${south.number}|${today()}|10000|M-${n}|purchase||||`);
    writeFileSync(join(server.dir, 'loyalty/in/PUR_many.txt'), `${many.join('\n')}\n`);
    const file = row(/PUR_many\.txt/);
    await file.getByRole('progressbar').waitFor();
    await file.getByText('Применён', { exact: true }).waitFor({ timeout: 280_000 });
    await file.getByText(/Применено: 100.000 · \+10.000.000 баллов/).waitFor();
    assert.equal(await balance(south.number), 500 + MANY * 100);
  });

  await t.test('operations go out as a file', async () => {
    await page.getByRole('tab', { name: 'Выгрузки' }).click();
    await press(page, 'Сформировать файл');
    await saved(
      desk,
      async (form) => {
        await form.getByText('Участники', { exact: true }).click();
        const who = form.getByRole('group', { name: 'Кого выгрузить' });
        await who.getByText('выражением', { exact: true }).click();
        await who.getByRole('combobox', { name: 'Кого выгрузить' }).fill("account.macroregion == 'north'");
      },
      'Сформировать файл',
    );
    const made = page.getByRole('row', { name: /Участники.*Готово/ });
    const loaded = page.waitForEvent('download');
    await made.getByRole('link', { name: 'Файл' }).click();
    const text = (await (await (await loaded).createReadStream()).toArray()).join('');
    assert.match(text, /700000031\|/);
    assert.doesNotMatch(text, /700000032\|/);
  });
  assert.deepEqual(desk.faults, [], 'the page threw nothing');
});

/** The first day of a month, `back` months ago, at its midnight in Tashkent. */
function monthStart(back) {
  const now = new Date(Date.now() + 5 * 3_600_000);
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
  return `${first.toISOString().slice(0, 10)}T00:00:00+05:00`;
}

/** CIMP-STAT-01 … CIMP-STAT-05 */
test('the statistics of the month before are made, and equal another count', { timeout: 280_000 }, async () => {
  const { page } = desk;
  await admin.post(`/loyalty/orders`, { account: north.number, reward: 'gb-10' });
  // What was booked today is put into the two months before, and the members are older than that.
  await psql(
    server,
    `set session_replication_role = replica;
     update loyalty.account set registered_at = registered_at - interval '3 months';
     update ledger.transaction set booked_at = booked_at - interval '1 month';
     update ledger.transaction set booked_at = booked_at - interval '1 month'
         where number <= (select percentile_disc(0.5) within group (order by number) from ledger.transaction);
     update ledger.block b set booked_at = (select min(t.booked_at) from ledger.transaction t where t.number / 1000 = b.id);`,
  );
  await page.goto(`${server.url}/loyalty/statistics`);
  await press(page, 'Сформировать');
  const files = new Map();
  for (const region of ['Север', 'Юг']) {
    const made = row(new RegExp(`${region} Готово`));
    await made.waitFor({ timeout: 100_000 }).catch(async (cause) => {
      throw new Error(`no statistics of ${region}: ${await page.locator('table').first().innerText()}`, { cause });
    });
    const loaded = page.waitForEvent('download');
    await made.getByRole('link', { name: 'Файл' }).click();
    const text = (await (await (await loaded).createReadStream()).toArray()).join('');
    assert.match(text, /MASTER_ACCOUNT\|BONUS_TYPE\|OPENING_POINTS\|POINTS_ACCUMULATED\|/);
    for (const line of text.trim().split('\n').filter((one) => /^\d/.test(one))) {
      const [account, , ...figures] = line.split('|');
      files.set(account, figures.map(Number));
    }
  }
  const programme = (await admin.get('/loyalty/programmes')).items[0];
  const months = programme.settings.expiring_months;
  const counted = await recount(server, monthStart(1), monthStart(0), monthStart(-months));
  const own = new Map();
  for (const line of counted) {
    const [owner, , ...figures] = line.split('|');
    const member = await admin.get(`/loyalty/accounts/${owner}`).catch(() => undefined);
    if (member) own.set(member.number, figures.map(Number));
  }
  for (const account of [north.number, south.number]) {
    assert.deepEqual(files.get(account), own.get(account), `account ${account}`);
  }
  assert.ok(own.get(south.number)[0] > 0 && own.get(south.number)[1] > 0, 'both months have something');
  assert.ok(own.get(north.number)[3] > 0, 'something was spent');
  assert.deepEqual(desk.faults, [], 'the page threw nothing');
});
