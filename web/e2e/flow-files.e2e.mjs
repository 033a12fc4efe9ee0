// A flow goes out as a file and comes in again, arranges itself, and is worked on by keyboard alone.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { Editor } from './lib/editor.mjs';
import { Api } from './lib/loyalty.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';
import { until } from './lib/wait.mjs';

const page = (title, next) => ({ type: 'page', title, text: `${title}.`, next });
/** With a branch and a loop, and without any places: where the nodes stand is for the editor to find. */
const DEFINITION = {
  name: 'elsewhere',
  kind: 'script',
  title: 'Brought along',
  version: 1,
  start: 'hello',
  variables: {},
  nodes: {
    hello: { ...page('Hello', 'which'), questions: [{ key: 'works', label: 'Does it work?', type: 'boolean', required: true }] },
    which: { type: 'branch', cases: [{ when: 'vars.works == true', next: 'thanks' }], otherwise: 'repair' },
    thanks: page('Thanks', 'end'),
    repair: page('Repair', 'again'),
    again: { type: 'branch', cases: [{ when: 'vars.works == true', next: 'thanks' }], otherwise: 'hello' },
    end: { type: 'end', text: 'Good-bye.' },
  },
};

let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = new Api(server, await administrator(server));
});
after(() => server?.discard());

/** What the server keeps of a flow, once it has these nodes. */
const draft = (name, nodes) =>
  until(`the server keeps ${nodes} of ${name}`, async () => {
    const { definition } = await admin.get(`/flows/${name}/draft`);
    return Object.keys(definition.nodes).sort().join() === nodes && definition;
  });
const KEYS = Object.keys(DEFINITION.nodes).sort().join();

/** NFR-LOW-01, NFR-LOW-02, MKT-FLOW-02 */
test('a flow is imported, arranged, exported and changed by keyboard', { timeout: 180_000 }, async (t) => {
  const step = steps(t);
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  const editor = new Editor(boss, server);
  await boss.signIn(server, 'administrator', FRESH);
  const { keyboard } = boss.page;
  const boxes = () => Promise.all(Object.keys(DEFINITION.nodes).map(async (key) => [key, await boss.page.locator(`.react-flow__node[data-id="${key}"]`).boundingBox()]));
  const chosen = () => boss.page.locator('.react-flow__node.selected').count();
  const canvas = () => boss.page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } });

  await step('what was never drawn is arranged: nothing lies on another, and it reads in one direction', async () => {
    await editor.create('Operator script', 'Brought along', 'brought');
    await editor.import(DEFINITION);
    await draft('brought', KEYS);
    await boss.button('Arrange').click();
    await boss.page.getByText('Nothing is wrong').first().waitFor();
    const found = await until('the picture stands still', async () => {
      const [one, other] = [await boxes(), await boxes()];
      return JSON.stringify(one) === JSON.stringify(other) && new Map(one);
    });
    const all = [...found.values()];
    for (const [n, a] of all.entries())
      for (const b of all.slice(n + 1))
        assert.ok(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y, JSON.stringify([...found]));
    const along = (key) => found.get(key).x + found.get(key).y;
    for (const [from, to] of [['hello', 'which'], ['which', 'repair'], ['which', 'thanks'], ['repair', 'again'], ['thanks', 'end']])
      assert.ok(along(from) < along(to), `${from} stands before ${to}`);
  });

  let file;
  await step('the exported file is what the server keeps, and makes the same flow elsewhere', async () => {
    const download = boss.page.waitForEvent('download');
    await boss.button('Export').click();
    const made = await download;
    assert.equal(made.suggestedFilename(), 'brought.flow.json');
    file = JSON.parse(readFileSync(await made.path(), 'utf8'));
    await editor.saved();
    assert.deepEqual(file, await draft('brought', KEYS));
    assert.deepEqual([file.nodes.hello.questions, file.nodes.which.cases], [DEFINITION.nodes.hello.questions, DEFINITION.nodes.which.cases]);

    await editor.create('Operator script', 'Copied', 'copied');
    await editor.import(file);
    const copy = await draft('copied', KEYS);
    assert.deepEqual([copy.name, copy.nodes, copy.start], ['copied', file.nodes, file.start], 'it keeps its own name');
  });

  await step('a file that is no flow is refused, and changes nothing', async () => {
    const asked = boss.page.waitForEvent('filechooser');
    await boss.button('Import').click();
    await (await asked).setFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('{"nodes": {"a": {}}}') });
    await boss.page.locator('.ant-message-notice').filter({ hasText: '"a" has no "type"' }).waitFor();
    assert.deepEqual((await draft('copied', KEYS)).nodes, file.nodes);
  });

  await step('a node is found, doubled, deleted and brought back by keys', async () => {
    await canvas();
    await keyboard.press('Control+f');
    await keyboard.type('repair');
    await keyboard.press('Enter');
    await editor.properties.getByLabel('Name of the node').waitFor();
    assert.equal(await editor.properties.getByLabel('Name of the node').inputValue(), 'repair');
    await boss.page.locator('.react-flow__node[data-id="repair"]').focus();
    await keyboard.press('Control+d');
    const doubled = await until('there is one more', async () => {
      const { definition } = await admin.get('/flows/copied/draft');
      return Object.keys(definition.nodes).find((key) => !(key in DEFINITION.nodes));
    });
    assert.equal(await chosen(), 1, 'the new one is chosen');
    await boss.page.locator(`.react-flow__node[data-id="${doubled}"]`).focus();
    await keyboard.press('Delete');
    await editor.node(doubled).waitFor({ state: 'detached' });
    await draft('copied', KEYS);
    await keyboard.press('Control+z');
    await editor.node(doubled).waitFor();
    await draft('copied', [...Object.keys(DEFINITION.nodes), doubled].sort().join());
    await keyboard.press('Control+Shift+z');
    await editor.node(doubled).waitFor({ state: 'detached' });
    await draft('copied', KEYS);
  });

  await step('a node is moved by arrows', async () => {
    const node = boss.page.locator('.react-flow__node[data-id="end"]');
    await node.focus();
    await keyboard.press('Enter');
    const [was, kept] = [await node.boundingBox(), JSON.stringify(await draft('copied', KEYS))];
    for (let n = 0; n < 3; n += 1) await keyboard.press('ArrowRight');
    await until('it stands further right', async () => (await node.boundingBox()).x > was.x);
    await until('the server keeps where', async () => JSON.stringify(await draft('copied', KEYS)) !== kept);
  });

  await step('all of it is copied into another flow', async () => {
    await canvas();
    await keyboard.press('Control+a');
    await until('all are chosen', async () => (await chosen()) === Object.keys(DEFINITION.nodes).length);
    await keyboard.press('Control+c');
    await editor.create('Operator script', 'Pasted', 'pasted');
    const { definition: empty } = await admin.get('/flows/pasted/draft');
    await canvas();
    await keyboard.press('Control+v');
    await editor.node('repair').waitFor();
    const wanted = Object.keys(empty.nodes).length + Object.keys(DEFINITION.nodes).length;
    const pasted = await until('all are there', async () => {
      const { definition } = await admin.get('/flows/pasted/draft');
      return Object.keys(definition.nodes).length === wanted && definition;
    });
    assert.deepEqual(pasted.nodes.repair, file.nodes.repair);
  });

  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});
