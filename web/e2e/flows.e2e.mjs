// One editor draws a voice menu, a campaign, a script and a process; the process is tried, published, run and decided.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { administrator, allow, FRESH } from './lib/admin.mjs';
import { Browser } from './lib/browser.mjs';
import { AZIZA } from './lib/demo.mjs';
import { Editor } from './lib/editor.mjs';
import { Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

let server;
let admin;

before(async () => {
  server = await Server.start();
  admin = await administrator(server);
  await allow(admin, 'Supervisor', ['task.use']);
});
after(() => server?.discard());

async function open(t) {
  const boss = await Browser.open({ width: 1600, height: 900 });
  t.after(() => boss.close());
  await boss.signIn(server, 'administrator', FRESH);
  return { boss, editor: new Editor(boss, server) };
}

/** NFR-LOW-01, NFR-LOW-02: one palette for each kind, from the server's catalogue. */
test('the same editor offers each kind of flow its own nodes', { timeout: 240_000 }, async (t) => {
  const { boss, editor } = await open(t);
  const kinds = [
    ['Voice menu', 'greeting', ['Say', 'Menu', 'Queue'], 'Approval'],
    ['Campaign', 'spring', ['Split', 'Message', 'Wait for an event'], 'Say'],
    ['Operator script', 'first-line', ['Page', 'Call a system', 'Branch'], 'Say'],
    ['Process', 'request', ['Approval', 'Task', 'In parallel'], 'Page'],
  ];
  for (const [kind, name, offered, absent] of kinds) {
    await editor.create(kind, `${kind} of the journey`, name);
    const words = await editor.offered();
    for (const word of offered) assert.ok(words.includes(word), `${kind} offers ${word}: ${words}`);
    assert.ok(!words.includes(absent), `${kind} does not offer ${absent}`);
  }
  await boss.page.goto(`${server.url}/automation/flows`);
  await boss.page.getByLabel('Kind').getByText('Campaign', { exact: true }).click();
  await boss.page.getByRole('link', { name: 'Campaign of the journey' }).waitFor();
  assert.equal(await boss.page.getByRole('link', { name: 'Process of the journey' }).count(), 0);
  // A flow that only stands in a file is read here, and copied to be changed.
  await boss.page.goto(`${server.url}/automation/flows/main`);
  await editor.node('welcome').waitFor();
  await boss.button('Make a draft in the database').click();
  await editor.palette.waitFor();
  await editor.node('welcome').waitFor();
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});

/** MKT-FLOW-02, NFR-LOW-02, NFR-LOW-03, OMNI-09: from an empty board to a decided request. */
test('a request is drawn, tried, published, run and approved', { timeout: 290_000 }, async (t) => {
  const { boss, editor } = await open(t);
  const { page } = boss;
  await editor.create('Process', 'Discount request', 'discount');

  // Nodes by pressing and by dragging; edges by the pointer; fields from the node's schema.
  await editor.drag('Task', 'task', { x: 120, y: 120 });
  // Dropped where it would cover the task, and added twice behind it: each stands beside what is there.
  await editor.drag('Set variables', 'set', { x: 60, y: 100 });
  for (const [n, key] of ['wait', 'wait_2'].entries()) {
    await editor.choose('task');
    await editor.add('Wait', key);
    assert.deepEqual(await editor.overlaps(), [], `after ${n + 1} more`);
  }
  for (const key of ['wait_2', 'wait', 'set']) {
    await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } });
    await page.keyboard.press('Control+z');
    await editor.node(key).waitFor({ state: 'detached' });
  }
  await editor.choose('task');
  await editor.fill('/title', 'Check {{ customer.name }}');
  await editor.pick('/role', 'Supervisor');
  await boss.button('Make it the start').click();
  await editor.add('Approval', 'approval');
  await editor.choose('approval');
  // The server marks what is missing, at the node and at its field.
  await editor.node('approval').locator('.node-faults').waitFor();
  await editor.fill('/title', 'Discount for {{ customer.name }}');
  await editor.field('/steps').getByRole('button', { name: 'Add', exact: true }).click();
  await editor.fill('/steps/0/title', 'Head');
  await editor.pick('/steps/0/approver/role', 'Supervisor');
  await editor.pick('/refused', 'task');
  await boss.button('Arrange').click();
  await editor.connect('approval', '/approved', 'end');
  await editor.node('approval').locator('.node-faults').waitFor({ state: 'hidden' });
  await page.getByText('Nothing is wrong').first().waitFor();

  // Undo and redo by keyboard.
  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } });
  await editor.add('Set variables', 'set');
  await page.locator('.react-flow__pane').click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('Control+z');
  await editor.node('set').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+y');
  await editor.node('set').waitFor();
  await page.keyboard.press('Control+z');
  await editor.node('set').waitFor({ state: 'detached' });
  await editor.saved();

  // A trial, step by step.
  await boss.button('Try').click();
  await boss.button('Start').click();
  await page.locator('.flow-node[data-node="task"][data-walk="here"]').waitFor();
  await boss.button('Answer').click();
  await page.locator('.flow-node[data-node="approval"][data-walk="here"]').waitFor();
  await boss.button('Approve').click();
  await page.getByText('The end is reached').waitFor();
  assert.deepEqual(await page.locator('.trial-path button').allInnerTexts(), ['task', 'approval', 'end']);

  await editor.publish('The first');
  const { items } = await (await admin(`/customers?q=${AZIZA.number}`)).json();
  const started = await admin('/flows/discount/instances', {
    method: 'POST',
    headers: { 'idempotency-key': crypto.randomUUID() },
    body: { customer_id: items[0].id, variables: {} },
  });
  assert.equal(started.status, 201, await started.clone().text());
  const run = await started.json();

  // Live counters on the nodes.
  await editor.node('task').locator('.node-waiting', { hasText: '1' }).waitFor({ timeout: 15_000 });
  await decide(t, AZIZA.name);
  const over = await until('the run is over', async () => {
    const now = await (await admin(`/flow-instances/${run.id}`)).json();
    return now.state === 'done' && now;
  });
  assert.deepEqual(over.path.map((visit) => visit.node), ['task', 'approval', 'task', 'approval', 'end']);
  assert.equal(over.variables.approval.decision, 'approve');
  await versions(boss, editor);
  assert.deepEqual(boss.faults, [], 'the page threw nothing');
});

/** The supervisor does the task, refuses with a reason, does it again and approves. */
async function decide(t, customer) {
  const head = await Browser.open();
  t.after(() => head.close());
  await head.signIn(server, 'supervisor');
  const { page } = head;
  const take = async (title) => {
    await page.goto(`${server.url}/automation/tasks`);
    await page.getByRole('link', { name: title }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Take it' }).waitFor();
    return page.getByRole('dialog');
  };
  const done = async (form, button) => {
    await form.getByRole('button', { name: button, exact: true }).click();
    await form.waitFor({ state: 'hidden' });
  };
  await done(await take(`Check ${customer}`), 'Complete');
  const form = await take(`Discount for ${customer}`);
  const refuse = form.getByRole('button', { name: 'Refuse' });
  assert.equal(await refuse.isDisabled(), true, 'a refusal needs a reason');
  await form.getByLabel('Reason').fill('The sum is missing');
  await done(form, 'Refuse');
  await done(await take(`Check ${customer}`), 'Complete');
  await done(await take(`Discount for ${customer}`), 'Approve');
  assert.deepEqual(head.faults, [], 'the page threw nothing');
}

/** A second version, its differences side by side, and the way back. */
async function versions(boss, editor) {
  const { page } = boss;
  await page.getByText('Properties', { exact: true }).click();
  await editor.choose('task');
  await editor.fill('/text', 'Look at the payments of two years.');
  await editor.saved();
  await editor.publish('More words');
  await page.getByRole('tab', { name: 'Versions' }).click();
  await page.getByRole('row', { name: /More words/ }).waitFor();
  await page.getByRole('combobox', { name: 'Before' }).click();
  await page.locator('.ant-select-dropdown:visible').getByText('Version 1', { exact: true }).click();
  await page.locator('.compare-half .flow-node[data-node="task"][data-mark="changed"]').first().waitFor();
  await page.locator('.change-list', { hasText: '/text' }).waitFor();
  await page.getByRole('row', { name: /The first/ }).getByRole('button', { name: 'Roll back' }).click();
  await page.locator('.ant-popconfirm').getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('row', { name: /The first/ }).getByText('Live', { exact: true }).waitFor();
}
