// Every page that people work with: nobody is kept out by how it is built, in light and in dark, in three languages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { barriers } from './lib/axe.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { Server } from './lib/server.mjs';

let server;
let api;

before(async () => {
  server = await Server.start();
  api = await administrator(server);
});
after(() => server?.discard());

/** The id of the first of a list. */
async function first(list) {
  const { items } = await (await api(`/${list}?limit=1`)).json();
  return items[0].id;
}

const ADMIN = [
  ...['people', 'units', 'groups', 'roles', 'operations', 'keys', 'queues', 'operators', 'skills', 'reasons', 'topics', 'results'],
  ...['trunks', 'numbers', 'prompts', 'flows', 'webhooks', 'audit', 'server'],
].map((page) => `/admin/${page}`);
const AUTOMATION = [
  ...['rules', 'tables', 'events', 'events/types', 'events/consumers', 'events/dead-letters', 'flows', 'flows/main', 'flows/cart-reminder'],
  ...['flows/equipment-request?tab=versions', 'flows/tariff-change?tab=instances', 'tasks', 'messages', 'messages/templates', 'messages/links'],
  ...['connectors', 'structures', 'structures/kinds', 'structures/links', 'structures/transfer'],
].map((page) => `/automation/${page}`);
const FLOOR = ['/supervisor', '/contacts', '/customers', '/customers/report', '/customers/cards/device', '/wallboard'];

/** A busy machine is no barrier: what is judged is the page, not its speed. */
const PATIENCE = 90_000;

/** What is shown is the page, and all of it has come. */
async function open(browser, path) {
  await browser.page.goto(`${server.url}${path}`, { timeout: PATIENCE });
  await browser.page.locator('h1, .wall, .desk, .flow-head, .rule-head').first().waitFor({ timeout: PATIENCE });
  // A live page is never quiet on its socket; what it fetches has an end.
  await browser.page.waitForLoadState('networkidle');
}

/** Runs in the page: what is wider than its window, and words that nobody has written (`rules.state.x`). */
function flaws() {
  const found = [];
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > innerWidth) found.push(`${scrollWidth} px wide in a window of ${innerWidth}`);
  if (document.title === 'Trunkline') found.push('the tab has no title');
  for (const element of document.querySelectorAll('h1, h2, th, label, button, .ant-tabs-tab, .ant-menu-item'))
    if (/^[a-z]\w*(\.\w+){2,}$/.test(element.textContent.trim())) found.push(`a code instead of words: ${element.textContent}`);
  return found;
}

/** The pages of each part; some have an id that is known only when the server is there. */
const PARTS = {
  floor: async () => [...FLOOR, `/customers/${await first('customers')}`],
  automation: () => AUTOMATION,
  'a rule and a template': async () => {
    const rule = `/automation/rules/${await first('rules')}`;
    const tabs = ['', '/try', '/simulation', '/versions', '/results', '/decisions'].map((tab) => rule + tab);
    return [...tabs, `/automation/messages/templates/${await first('templates')}`];
  },
  administration: () => ADMIN,
};

/** Serious barriers and flaws by the page that has them. */
async function judge(browser, paths) {
  const found = {};
  for (const path of paths) {
    await open(browser, path);
    const seen = [...(await barriers(browser.page)), ...(await browser.page.evaluate(flaws))];
    if (seen.length > 0) found[path] = seen;
  }
  return found;
}

for (const [scheme, language] of [
  ['light', 'ru'],
  ['dark', 'uz'],
]) {
  for (const [part, paths] of Object.entries(PARTS)) {
    /** NFR: what is shown can be read and reached by everybody (WCAG 2.2 AA). */
    test(`axe finds no serious barrier, ${scheme}: ${part}`, { timeout: 280_000 }, async (t) => {
      const browser = await Browser.open({ scheme, language });
      t.after(() => browser.close());
      await browser.signIn(server, 'administrator', FRESH);
      assert.deepEqual(await judge(browser, await paths()), {});
      assert.deepEqual(browser.faults, [], 'the pages threw nothing');
    });
  }

  test(`axe finds no serious barrier, ${scheme}: sign-in and desk`, { timeout: 120_000 }, async (t) => {
    const operator = await Operator.atDesk(server, 'boris', { scheme, language });
    t.after(() => operator.close());
    assert.deepEqual(await judge(operator, ['/desk']), {});
    await operator.context.clearCookies();
    assert.deepEqual(await judge(operator, ['/sign-in']), {});
  });
}
