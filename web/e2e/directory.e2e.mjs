// People of the company's directory sign in in the browser with its password, beside accounts of this server.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { menuOf } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { PEOPLE, Slapd } from './lib/slapd.mjs';
import { steps } from './lib/steps.mjs';

let slapd;
let server;
let folder;

before(async () => {
  slapd = await Slapd.start();
  folder = mkdtempSync(join(tmpdir(), 'trunkline-directory-'));
  writeFileSync(join(folder, 'local.toml'), slapd.settings('service', 'Customer service'));
  process.env.TRUNKLINE_CONFIG = join(folder, 'local.toml');
  server = await Server.start();
  await administrator(server);
});
after(async () => {
  await server?.discard();
  await slapd?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** SEC-01, CIMP-ADM-01, INT-16: the workplace that the group has; everybody else is refused in words. */
test('a person of the directory signs in and works with the role of the group', { timeout: 180_000 }, async (t) => {
  const step = steps(t);
  const desk = await Browser.open();
  t.after(() => desk.close());
  const { page } = desk;
  const open = async () => {
    await page.goto(`${server.url}/sign-in`);
    await desk.button('Sign in').waitFor();
  };
  const refused = async (login, password, words) => {
    await open();
    await desk.enter(login, password);
    await page.getByRole('alert').getByText(words).waitFor();
    assert.match(page.url(), /sign-in/);
  };
  const signOut = () => desk.context.clearCookies();
  const { lola, timur } = PEOPLE;

  await step('an empty password is not even sent', async () => {
    await open();
    const asked = [];
    page.on('request', (request) => request.method() === 'POST' && asked.push(request.url()));
    await desk.enter('lola', '');
    await page.locator('.ant-form-item-explain-error').waitFor();
    assert.deepEqual(asked, []);
    // A program that sends it all the same is no better off, though this directory would say yes.
    await assert.rejects(server.signIn('lola', ''), /4\d\d/);
  });

  await step('a wrong password, and somebody whose groups have no role, are refused alike', async () => {
    await refused('lola', timur.password, /login or (the )?password/i);
    await refused('timur', timur.password, /login or (the )?password/i);
  });

  await step('the first sign-in makes the person, with the role of the group', async () => {
    await open();
    await desk.enter('lola@example.com', lola.password);
    await page.waitForURL(/\/loyalty\/members/);
    assert.deepEqual(await menuOf(page), ['Contacts', 'Customers', 'Loyalty', 'Automation']);
    await signOut();
  });

  await step('the administrator sees where the account is kept', async () => {
    await open();
    await desk.enter('administrator', FRESH);
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    await page.goto(`${server.url}/admin/people?q=lola`);
    const row = page.getByRole('row', { name: new RegExp(lola.name) });
    await row.getByText('Customer service').waitFor();
    await row.getByRole('button', { name: /^Edit/ }).click();
    await page.getByRole('dialog').getByText('The account belongs to the directory “main”').waitFor();
    await signOut();
  });

  await step('while the directory is away its people are told so, and accounts of this server work', async () => {
    await slapd.goAway();
    await refused('lola', lola.password, 'The directory of the company does not answer');
    await open();
    await desk.enter('administrator', FRESH);
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    await signOut();
    await slapd.comeBack();
    await open();
    await desk.enter('lola', lola.password);
    await page.waitForURL(/\/loyalty\/members/);
  });

  assert.deepEqual(desk.faults, [], 'the page threw nothing');
});
