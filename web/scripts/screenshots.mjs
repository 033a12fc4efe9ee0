// Photographs pages of a running server with the demo organisation, in the sizes, languages and looks that are asked for.
//   node scripts/screenshots.mjs --url http://127.0.0.1:8080 --login supervisor --password … [--size 1366x768,1920x1080]
//     [--language ru,uz,en] [--theme light,dark] [--zoom 1] [--axe] [--out folder] [--sheet 4] /desk /automation/rules …
// An address may hold {kind}: the id of the newest of that list, such as /contacts/{contacts}. `--sheet` puts so many
// pictures beside each other on one sheet. `--axe` prints what keeps people out; `--print` shows the paper. What is cut off and
// codes instead of words are always named.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values: ask, positionals: paths } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
    login: { type: 'string', default: 'supervisor' },
    password: { type: 'string' },
    size: { type: 'string', default: '1366x768' },
    language: { type: 'string', default: 'ru' },
    theme: { type: 'string', default: 'light' },
    zoom: { type: 'string', default: '1' },
    print: { type: 'boolean', default: false },
    axe: { type: 'boolean', default: false },
    sheet: { type: 'string' },
    out: {
      type: 'string',
      default: fileURLToPath(new URL('../test-results/screenshots/', import.meta.url)),
    },
  },
});
/** Requests that are open longer than this are sockets and streams, ms. */
const QUIET_MS = 4_000;
mkdirSync(ask.out, { recursive: true });
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Runs in the page: texts that do not fit where they stand, and a page that is wider than its window. */
function cutOff() {
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth)
    found.push(`the page is ${document.documentElement.scrollWidth} wide`);
  for (const element of document.querySelectorAll(
    'button, label, th, h1, h2, h3, .ant-tag, .ant-segmented-item-label, a',
  )) {
    const { overflowX } = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    if (box.width === 0 || element.closest('.sr-only, .skip')) continue;
    const clipped = overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
    if (clipped || box.left < -1)
      found.push(`${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 60)}”`);
  }
  // A key of the words that nobody has written looks like `rules.state.x`.
  for (const word of document.body.textContent.match(/\b[a-z]+(\.[a-zA-Z_]+){2,}\b/g) ?? [])
    found.push(`code ${word}`);
  return [...new Set(found)];
}

async function barriers(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ['violations'] }),
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes
        .slice(0, 4)
        .map((node) => `axe ${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
    );
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
});
const taken = [];
try {
  for (const size of ask.size.split(','))
    for (const language of ask.language.split(','))
      for (const theme of ask.theme.split(',')) await round(size, language, theme);
  if (ask.sheet) await sheets(Number(ask.sheet));
} finally {
  await browser.close();
}

async function round(size, language, theme) {
  const [width, height] = size.split('x').map(Number);
  const zoom = Number(ask.zoom);
  const context = await browser.newContext({
    viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) },
    colorScheme: theme,
    reducedMotion: 'reduce',
  });
  await context.addInitScript(
    ([tongue, look]) => {
      localStorage.setItem('trunkline.language', JSON.stringify(tongue));
      localStorage.setItem('trunkline.theme', JSON.stringify(look));
    },
    [language, theme],
  );
  if (ask.password) {
    const answer = await context.request.post(`${ask.url}/api/v1/session`, {
      data: { login: ask.login, password: ask.password },
      headers: { origin: ask.url },
    });
    if (!answer.ok()) throw new Error(`${ask.login} cannot sign in: ${answer.status()}`);
  }
  const page = await context.newPage();
  const said = [];
  page.on(
    'console',
    (message) => message.type() === 'error' && said.push(`console ${message.text().slice(0, 300)}`),
  );
  page.on('pageerror', (error) => said.push(`threw ${error}`));
  for (const path of paths) {
    const target = await withIds(context, path);
    await page.goto(ask.url + target);
    await page.locator('main, form, .wall').first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: QUIET_MS }).catch(() => undefined);
    if (ask.print) await page.emulateMedia({ media: 'print' });
    const name = `${path.replace(/^\//, '').replaceAll(/[^\w-]+/g, '_') || 'home'}-${size}-${language}-${theme}`;
    const file = join(ask.out, `${name}.png`);
    await page.screenshot({ path: file, fullPage: ask.print });
    taken.push(file);
    said.push(...(await page.evaluate(cutOff)));
    if (ask.axe) said.push(...(await barriers(page)));
    console.log(`${name} — ${await page.title()}`);
    for (const line of said.splice(0)) console.log(`    ${line}`);
  }
  await context.close();
}

async function withIds(context, path) {
  const named = /\{([\w/-]+)(\?[^}]*)?\}/.exec(path);
  if (!named) return path;
  const answer = await context.request.get(
    `${ask.url}/api/v1/${named[1]}${named[2] ?? '?limit=1'}`,
  );
  const [first] = (await answer.json()).items ?? [];
  if (!first) throw new Error(`there is nothing in ${named[1]} yet`);
  const id = first.id ?? Object.entries(first).find(([key]) => key.endsWith('_id'))?.[1];
  return path.replace(named[0], id);
}

async function sheets(across) {
  const page = await browser.newPage({ viewport: { width: 1900, height: 400 } });
  for (let start = 0; start < taken.length; start += across * 2) {
    const images = taken
      .slice(start, start + across * 2)
      .map((file) => `<img src="data:image/png;base64,${readFileSync(file).toString('base64')}">`);
    await page.setContent(
      `<style>body{margin:0;display:grid;gap:6px;grid-template-columns:repeat(${across},1fr);background:#808}img{width:100%}</style>${images.join('')}`,
    );
    const file = join(ask.out, `sheet-${String(start / (across * 2)).padStart(2, '0')}.png`);
    writeFileSync(file, await page.screenshot({ fullPage: true }));
    console.log(file);
  }
}
