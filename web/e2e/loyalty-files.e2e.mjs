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
/** As Russian billings write. */
const cp1251 = (text) => Buffer.from([...text].map((one) => (one >= 'А' && one <= 'я' ? one.charCodeAt(0) - 0x410 + 0xc0 : one.charCodeAt(0))));
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
        await form.getByRole('group', { name: 'Колонка 9' }).waitFor();
        assert.equal(await form.getByLabel('Начало имени').inputValue(), 'PUR_');
      },
      'Сохранить',
    );
    await row(/Покупки магазинов Покупки и аренда PUR_….txt/).waitFor();
  });

  await t.test('a structure is fitted to the files of a shop, and a file is read by it', async () => {
    const column = (form, n) => form.getByRole('group', { name: `Колонка ${n}`, exact: true });
    const order = (form) => form.locator('.column-field .ant-select-content').allInnerTexts();
    await press(page, 'Создать');
    await saved(
      desk,
      async (form) => {
        await typed(form, 'Название', 'Касса магазина');
        await desk.pick('Программа', 'Бонус Транклайн', { within: form });
        await desk.pick('Вид', 'Покупки и аренда', { within: form });
        await typed(form, 'Начало имени', 'КАССА_');
        await press(form, 'Сохранить');
        // Said at its field, and no longer once that is changed.
        const wrong = form.locator('.ant-form-item', { hasText: 'Начало имени' }).locator('.ant-form-item-explain-error');
        await wrong.filter({ hasText: 'латинских букв' }).waitFor();
        await typed(form, 'Начало имени', 'TILL_');
        await wrong.waitFor({ state: 'detached' });
        await form.getByRole('alert').waitFor({ state: 'detached' });
        await desk.pick('Кодировка', 'Windows-1251', { within: form });
        await typed(form, 'Даты', 'DD.MM.YYYY');
        await page.keyboard.press('Escape');
        await form.getByText(', (запятая)').click();
        // The number of the document comes first in this file; nothing but keys is needed.
        await column(form, 4).getByRole('combobox').focus();
        for (let n = 0; n < 3; n += 1) await page.keyboard.press('Alt+ArrowUp');
        assert.deepEqual((await order(form)).slice(0, 4), ['Документ', 'Мастер-счёт', 'Дата', 'Сумма']);
        assert.equal(await column(form, 1).locator(':focus').count(), 1, 'the column is still at hand');
        for (const n of [9, 8, 7, 6, 4]) await column(form, n).getByRole('button', { name: `Убрать колонку ${n}` }).click();
        await form.getByText('Нет колонок: Сумма').waitFor();
        await press(form, 'Добавить их');
        await press(form, 'Добавить колонку');
        await desk.pick('Колонка 6: Поле', 'Пропускается', { within: form });
        await column(form, 6).getByRole('button', { name: 'Колонку 6 выше' }).click();
        assert.deepEqual(await order(form), ['Документ', 'Мастер-счёт', 'Дата', 'Операция', 'Пропускается', 'Сумма']);
        await form.getByLabel('Проверить на строке').fill(`T-1|${north.number}|2026-03-01|purchase|кассир|1000,50`);
        await form.getByText('Строка будет отклонена.').waitFor();
        await form.getByText('Ожидается дата в виде DD.MM.YYYY').waitFor();
        await form.getByLabel('Проверить на строке').fill(`T-1|${north.number}|01.03.2026|purchase|кассир|1000,50`);
        await form.getByText('Строка читается.').waitFor();
        await form.getByRole('row', { name: '6 Сумма 1000,50 1000.50' }).waitFor();
      },
      'Сохранить',
    );
    const before = await balance(north.number);
    const day = today().split('-').reverse().join('.');
    const path = join(folder, 'TILL_1.txt');
    writeFileSync(path, cp1251(`T-1|${north.number}|${day}|purchase|кассир|50000,00\nT-2|${north.number}|${today()}|purchase|кассир|50000,00\n`));
    await page.getByRole('tab', { name: 'Принятые' }).click();
    await upload(path);
    await row(/TILL_1\.txt/).getByText(/Применено: 1 · Отклонено: 1/).waitFor();
    assert.equal(await balance(north.number), before + 500);

    await page.getByRole('tab', { name: 'Структуры' }).click();
    await row(/Касса магазина.*TILL_….txt Windows-1251 6/).getByRole('button', { name: 'Изменить' }).click();
    await saved(
      desk,
      async (form) => {
        await column(form, 6).waitFor();
        assert.deepEqual(await order(form), ['Документ', 'Мастер-счёт', 'Дата', 'Операция', 'Пропускается', 'Сумма']);
        await form.getByLabel('Колонка 3: Формат даты').fill('YYYY-MM-DD');
      },
      'Сохранить',
    );
    await page.getByRole('tab', { name: 'Принятые' }).click();
    const again = join(folder, 'TILL_2.txt');
    writeFileSync(again, cp1251(`T-2|${north.number}|${today()}|purchase|кассир|50000,00\n`));
    await upload(again);
    await row(/TILL_2\.txt/).getByText(/Применено: 1/).waitFor();
    assert.equal(await balance(north.number), before + 1_000);
    await page.getByRole('tab', { name: 'Структуры' }).click();
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
