// Photographs every page against the mock server, in several sizes, languages and themes, and lists what axe finds.
// `npm run build && npm run look [-- part-of-a-name]`; pictures go to test-results/look/.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const port = 8098;
const base = `http://127.0.0.1:${port}`;
const out = fileURLToPath(new URL('../test-results/look/', import.meta.url));
mkdirSync(out, { recursive: true });
const only = process.argv[2] ?? '';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const small = { width: 1366, height: 768 };
const large = { width: 1920, height: 1080 };
const contact = '/contacts/{contacts}';
const customer = '/customers/{customers}';
const rule = '/automation/rules/00000000-0000-7000-8000-1000000000';
/** name, address, size, language, theme, scene of the desk */
const shots = [
  ['signin-en', '/sign-in', small, 'en', 'light'],
  ['signin-ru-dark', '/sign-in', small, 'ru', 'dark'],
  ['desk-idle-en', '/desk', small, 'en', 'light'],
  ['desk-offer-ru-dark', '/desk', small, 'ru', 'dark', 'offer'],
  ['desk-talk-en', '/desk', small, 'en', 'light', 'talk'],
  ['desk-talk-ru-large', '/desk', large, 'ru', 'light', 'talk'],
  ['desk-held-uz-dark', '/desk', large, 'uz', 'dark', 'held'],
  ['desk-wrap-ru', '/desk', small, 'ru', 'light', 'wrap'],
  ['wallboard-en', '/wallboard', large, 'en', 'dark'],
  ['wallboard-ru-small', '/wallboard', small, 'ru', 'dark'],
  ['floor-en', '/supervisor', large, 'en', 'light'],
  ['floor-ru-dark', '/supervisor', small, 'ru', 'dark'],
  ['contacts-ru', '/contacts', small, 'ru', 'light'],
  ['contact-en', contact, large, 'en', 'light'],
  ['contact-ru-dark', contact, small, 'ru', 'dark'],
  ['customers-ru', '/customers', small, 'ru', 'light'],
  ['customers-en-dark', '/customers', large, 'en', 'dark'],
  ['customer-ru', customer, small, 'ru', 'light'],
  ['customer-en-dark', customer, large, 'en', 'dark'],
  ['cards-ru', '/customers/cards/vehicle', small, 'ru', 'light'],
  ['report-ru', '/customers/report?by=customer.tier', small, 'ru', 'light'],
  ['report-en-dark', '/customers/report?by=customer.tier', large, 'en', 'dark'],
  ['structures-ru', '/automation/structures', small, 'ru', 'light'],
  ['structures-kinds-en', '/automation/structures/kinds', small, 'en', 'dark'],
  ['structures-links-ru', '/automation/structures/links', small, 'ru', 'light'],
  ['structures-transfer-ru', '/automation/structures/transfer', small, 'ru', 'dark'],
  ['messages-ru', '/automation/messages', small, 'ru', 'light'],
  ['messages-en-dark', '/automation/messages', large, 'en', 'dark'],
  ['message-ru', '/automation/messages/{messages}', small, 'ru', 'light'],
  ['templates-ru', '/automation/messages/templates', small, 'ru', 'light'],
  ['template-ru', '/automation/messages/templates/{templates}', small, 'ru', 'light'],
  ['template-en-dark', '/automation/messages/templates/{templates}', large, 'en', 'dark'],
  ['links-ru', '/automation/messages/links', small, 'ru', 'light'],
  ['links-en-dark', '/automation/messages/links', small, 'en', 'dark'],
  ['flows-ru', '/automation/flows', small, 'ru', 'light'],
  ['flow-ivr-en', '/automation/flows/main', large, 'en', 'light'],
  ['flow-process-ru', '/automation/flows/discount-request', small, 'ru', 'light'],
  ['flow-process-en-dark', '/automation/flows/discount-request', large, 'en', 'dark'],
  ['flow-versions-ru', '/automation/flows/discount-request?tab=versions', large, 'ru', 'light'],
  ['tasks-ru', '/automation/tasks', small, 'ru', 'light'],
  ['tasks-en-dark', '/automation/tasks', large, 'en', 'dark'],
  ['connectors-ru', '/automation/connectors', small, 'ru', 'light'],
  ['flow-instances-en', '/automation/flows/discount-request?tab=instances', small, 'en', 'dark'],
  ['rules-ru', '/automation/rules', small, 'ru', 'light'],
  ['rules-en-dark', '/automation/rules', large, 'en', 'dark'],
  ['rule-build-ru', `${rule}01`, small, 'ru', 'light'],
  ['rule-build-en-dark', `${rule}01`, large, 'en', 'dark'],
  ['rule-table-ru', `${rule}03`, small, 'ru', 'light'],
  ['rule-expression-en', `${rule}04`, small, 'en', 'light'],
  ['rule-try-ru', `${rule}01/try`, small, 'ru', 'light'],
  ['rule-simulation-ru-dark', `${rule}01/simulation`, small, 'ru', 'dark'],
  ['rule-versions-en', `${rule}01/versions`, small, 'en', 'light'],
  ['rule-results-ru', `${rule}01/results`, small, 'ru', 'light'],
  ['rule-decisions-ru-dark', `${rule}01/decisions`, large, 'ru', 'dark'],
  ['events-log-ru', '/automation/events', small, 'ru', 'light'],
  ['events-types-en-dark', '/automation/events/types', small, 'en', 'dark'],
  ['events-consumers-ru', '/automation/events/consumers', small, 'ru', 'light'],
  ['events-dead-en', '/automation/events/dead-letters', small, 'en', 'light'],
  ['tables-ru-dark', '/automation/tables', small, 'ru', 'dark'],
  ...'people units groups roles operations keys queues operators skills reasons topics results trunks numbers prompts flows webhooks audit server'
    .split(' ')
    .map((name, n) => [
      `admin-${name}`,
      `/admin/${name}`,
      n % 2 ? small : large,
      n % 2 ? 'ru' : 'en',
      n % 3 ? 'light' : 'dark',
    ]),
].filter(([name]) => name.includes(only));

const mock = spawn(process.execPath, [fileURLToPath(new URL('./server.mjs', import.meta.url))], {
  env: { ...process.env, MOCK_PORT: String(port) },
  stdio: ['ignore', 'pipe', 'inherit'],
});
await new Promise((resolve) => mock.stdout.once('data', resolve));

const browser = await chromium.launchPersistentContext(mkdtempSync(join(tmpdir(), 'look-')), {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  headless: true,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
  ],
});
let found = 0;
try {
  for (const [name, path, size, language, theme, scene] of shots) {
    const page = await browser.newPage();
    const errors = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.setViewportSize(size);
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await page.request.get(`${base}/mock/scene${scene ? `?name=${scene}` : ''}`);
    await page.request[path === '/sign-in' ? 'delete' : 'post'](`${base}/api/v1/session`, {
      data: { login: 'admin', password: 'x' },
    });
    await page.addInitScript(
      ([tongue, look]) => {
        localStorage.setItem('trunkline.language', JSON.stringify(tongue));
        localStorage.setItem('trunkline.theme', JSON.stringify(look));
      },
      [language, theme],
    );
    let target = path;
    const named = /\{(\w+)\}/.exec(path);
    if (named) {
      const list = await (await page.request.get(`${base}/api/v1/${named[1]}?limit=1`)).json();
      target = path.replace(named[0], list.items[0].id);
    }
    await page.goto(base + target);
    await page.waitForLoadState('load');
    await page.locator('main, .admin').first().waitFor();
    await page.waitForTimeout(1200);
    await page.screenshot({ path: join(out, `${name}.png`) });
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() =>
      globalThis.axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag22aa'] }),
    );
    for (const violation of violations) {
      found += 1;
      console.log(
        `${name}: ${violation.impact} ${violation.id}: ${violation.nodes
          .slice(0, 3)
          .map(
            (node) =>
              node.target.join(' ') +
              (violation.id === 'color-contrast'
                ? ` ${node.any[0]?.data?.fgColor}/${node.any[0]?.data?.bgColor}`
                : ''),
          )
          .join(' | ')}`,
      );
    }
    for (const error of errors) console.log(`${name}: console: ${error.slice(0, 300)}`);
    await page.close();
  }
} finally {
  await browser.close();
  mock.kill();
}
console.log(`${shots.length} pictures in test-results/look, ${found} accessibility findings`);
process.exit(found > 0 ? 1 : 0);
