// An administrator makes what a new operator needs, in the browser, and the operator gets a call at once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, contactOf, FRESH } from './lib/admin.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { Server } from './lib/server.mjs';

let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
});
after(() => server?.discard());

/** Opens a page of administration and its form for a new one. */
async function make(browser, page, fill) {
  await browser.page.goto(`${server.url}/admin/${page}`);
  await browser.page.getByRole('button', { name: 'Create' }).click();
  await save(browser, fill);
}

async function save(browser, fill) {
  const form = browser.page.getByRole('dialog');
  await form.waitFor();
  await fill(form);
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' });
}

/** CIMP-ADM-*, CC-ROUTE-06, SEC-*: what an administrator changes counts at once. */
test('an operator made in the browser gets a call on a number made in the browser', { timeout: 150_000 }, async (t) => {
  const boss = await Browser.open();
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);

  await make(boss, 'skills', async (form) => {
    await form.getByLabel('Name, English').fill('Repairs');
    await form.getByLabel('Name, Русский').fill('Ремонт');
    await form.getByLabel(/^Name, O.zbek/).fill('Taʼmirlash');
  });
  await make(boss, 'queues', async (form) => {
    await form.getByLabel('Name', { exact: true }).fill('Repairs');
    await form.getByRole('button', { name: 'Add a skill' }).click();
    await boss.pick('Skill', 'Repairs', { within: form });
  });
  let password;
  await make(boss, 'people', async (form) => {
    await form.getByLabel('Name', { exact: true }).fill('Gulnora Saidova');
    await form.getByLabel('Login').fill('gulnora');
    await boss.pick('Language', 'English', { within: form });
    await boss.pick('Unit', 'Individuals', { within: form });
    await form.getByRole('button', { name: 'Add a role' }).click();
    await boss.pick('Role', 'Operator', { within: form });
    await boss.pick('Unit', 'Individuals', { within: form });
  });
  const secret = boss.page.locator('.secret');
  await secret.waitFor();
  password = (await secret.innerText()).trim();
  assert.ok(password.length >= 12, 'the first password is shown');
  await boss.page.goto(`${server.url}/admin/operators`);
  await boss.page.getByRole('button', { name: 'Edit: Gulnora Saidova' }).click();
  await save(boss, async (form) => {
    for (const queue of ['Repairs', 'Services']) {
      await boss.pick('Queues', queue, { within: form });
      // A list that takes several choices stays open until one clicks elsewhere.
      await form.getByText('Gulnora Saidova', { exact: true }).click();
    }
    await form.getByRole('button', { name: 'Add a skill' }).click();
    await boss.pick('Skill', 'Repairs', { within: form });
    await form.getByLabel('Level').fill('7');
  });
  await make(boss, 'numbers', async (form) => {
    await form.getByLabel('Number', { exact: true }).fill('+998712000777');
    await boss.pick('Flow', 'main', { within: form });
  });
  const made = Date.now();

  // The new operator comes in with the password that was shown, and must choose an own one.
  const gulnora = Object.setPrototypeOf(await Browser.open({ hertz: 620 }), Operator.prototype);
  t.after(() => gulnora.close());
  await gulnora.page.goto(`${server.url}/sign-in`);
  await gulnora.enter('gulnora', password);
  await gulnora.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  const choose = async (word) => {
    await gulnora.page.getByLabel('New password', { exact: true }).fill(word);
    await gulnora.page.getByLabel('New password again').fill(word);
  };
  const refused = gulnora.page.locator('form .ant-alert-error');
  await choose('short');
  await gulnora.button('Change password').click();
  await refused.waitFor();
  // What was said of the word goes away with it.
  await choose('Mulberry-4711-Tree');
  await refused.waitFor({ state: 'detached' });
  await gulnora.button('Change password').click();
  await gulnora.page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  await gulnora.page.goto(`${server.url}/desk`);
  await gulnora.goReady();

  const phone = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => phone.stop());
  await phone.callServices(server, '998712000777');
  await gulnora.offer.waitFor();
  await gulnora.button('Accept').click();
  await gulnora.hears(440);
  t.diagnostic(`${((Date.now() - made) / 1000).toFixed(1)} s after the last form`);
  const contact = await contactOf(admin, AZIZA.number, (found) => found.answered_at);
  assert.match(contact.dialled, /998712000777/);
  for (const browser of [boss, gulnora]) assert.deepEqual(browser.faults, [], 'the page threw nothing');
});

/** NFR: English, Russian and Uzbek, at the sign-in and at the desk, without a reload. */
test('the language is switched on the sign-in page and at the desk', { timeout: 60_000 }, async (t) => {
  const browser = await Browser.open({ hertz: 620 });
  t.after(() => browser.close());
  const { page } = browser;
  await page.goto(`${server.url}/sign-in`);
  const submit = page.locator('button[type=submit]');
  for (const [language, word] of [
    ['Русский', 'Войти'],
    ['Oʻzbekcha', 'Kirish'],
    ['English', 'Sign in'],
  ]) {
    await page.getByText(language, { exact: true }).click();
    await submit.filter({ hasText: word }).waitFor();
  }
  await browser.signIn(server, 'boris');
  await page.goto(`${server.url}/desk`);
  for (const [language, word, code] of [
    ['Русский', 'Готов к работе', 'ru'],
    ['Oʻzbekcha', 'Ishga tayyorman', 'uz'],
    ['English', 'Go ready', 'en'],
  ]) {
    await page.getByRole('button', { name: /Boris Petrov/ }).click();
    await page.getByRole('menuitem', { name: language }).click();
    await page.getByText(word, { exact: true }).first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), code);
    await page.keyboard.press('Escape');
  }
  assert.deepEqual(browser.faults, []);
});
