// Prints what the operator downloads before the desk is usable, and fails the build above the budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

/** Kilobytes, gzip. The desk is opened at every shift on every workplace. */
const BUDGET_KB = { 'sign-in': 300, desk: 300, wallboard: 300, supervisor: 300 };
const dist = new URL('../dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));

function files(entries) {
  const seen = new Set();
  const out = new Set();
  const visit = (key) => {
    if (seen.has(key)) return;
    seen.add(key);
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no chunk ${key} in the manifest`);
    out.add(chunk.file);
    for (const css of chunk.css ?? []) out.add(css);
    for (const next of chunk.imports ?? []) visit(next);
  };
  for (const entry of entries) visit(entry);
  return [...out];
}

const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1024;
const sum = (list) => list.reduce((total, file) => total + size(file), 0);

const areas = {
  'sign-in': ['index.html', 'src/features/signin/SignInPage.tsx'],
  desk: [
    'index.html',
    'src/app/Shell.tsx',
    'src/features/desk/DeskPage.tsx',
    'src/features/desk/DeskHost.tsx',
    'src/i18n/ru.ts',
    'node_modules/antd/es/locale/ru_RU.js',
  ],
  wallboard: ['index.html', 'src/features/wallboard/WallboardPage.tsx'],
  supervisor: ['index.html', 'src/app/Shell.tsx', 'src/features/supervisor/FloorPage.tsx'],
};
let failed = false;
for (const [area, entries] of Object.entries(areas)) {
  const total = sum(files(entries));
  const over = total > BUDGET_KB[area];
  failed ||= over;
  console.log(
    `first load ${area.padEnd(10)} ${total.toFixed(0).padStart(4)} kB gzip${over ? `  OVER the budget of ${BUDGET_KB[area]} kB` : ''}`,
  );
}
if (failed) process.exit(1);
