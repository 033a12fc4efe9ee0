// Files of other systems put into a folder: all seven types are recognised by their names and do what they are for; a
// server that is killed in the middle of a large one goes on behind the last line that counts.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Api } from './lib/loyalty.mjs';
import { command } from './lib/psql.mjs';
import { Server } from './lib/server.mjs';
import { steps } from './lib/steps.mjs';

/** Lines of the large file: enough to be killed in it more than once. */
const MANY = 60_000;
const NUMBER = '700000071';
const today = () => new Date().toISOString().slice(0, 10);

let server;
let admin;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trunkline-drop-'));
  server = await Server.start({ settings: { LOYALTY__FILES__DROP_DIR: folder } });
  admin = new Api(server, await administrator(server));
  const marketer = await admin.person('Дильноза Рашидова', 'marketer', 'Marketing');
  for (const rule of ['Points for purchases', 'Points for invoices', 'Points for top-ups']) await admin.launch(rule, marketer);
  await admin.structures();
  await admin.member('Гульнора Ахмедова', '+998907770071', { number: NUMBER });
});
after(async () => {
  await server?.discard();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a file into the folder, whole at once, as a careful sender does. */
function drop(name, lines) {
  writeFileSync(join(folder, `.${name}.part`), `${lines.join('\n')}\n`);
  renameSync(join(folder, `.${name}.part`), join(folder, name));
}
/** The same, and what became of it. */
async function applied(name, lines) {
  drop(name, lines);
  const file = await admin.file(name);
  assert.deepEqual([file.state, file.refusal ?? null, file.tally.rejected], ['done', null, 0], JSON.stringify(file));
  return file;
}
const balance = async (account = NUMBER) => (await admin.points(account))?.balance ?? 0;

/** CIMP-ETL-01 … CIMP-ETL-11, CIMP-MST-07, CIMP-RED-04, CIMP-PRT-05, GAP-21 */
test('each of the seven types does what it is for', { timeout: 240_000 }, async (t) => {
  const step = steps(t);
  const named = new Map((await admin.get('/loyalty/file-kinds')).map(({ kind, usual }) => [kind, `${usual.prefix}${Date.now()}${usual.suffix}`]));
  assert.equal(named.size, 7);

  await step('participants come as not enrolled', async () => {
    await applied(named.get('participants'), ['700000072|SV-72|mobile|+998907770072|mobile|Фаррух Юлдашев|||||998907770072|||']);
    const member = await admin.get('/loyalty/accounts/700000072');
    assert.deepEqual([member.status_code, member.participant.name], [10, 'Фаррух Юлдашев']);
  });

  await step('invoices and purchases give points to who is enrolled, and to nobody else', async () => {
    const invoices = await applied(named.get('invoices'), [`${NUMBER}|${today()}|50000|I-1|mobile`, `700000072|${today()}|50000|I-2|`]);
    assert.deepEqual([invoices.tally.accepted, invoices.tally.not_enrolled], [1, 1]);
    assert.equal(await balance(), 25);
    assert.equal(await balance('700000072'), 0);
    await applied(named.get('purchases'), [`${NUMBER}|${today()}|12000|D-1|purchase||||`]);
    assert.equal(await balance(), 145);
  });

  await step('top-ups of a day are added up before they give points', async () => {
    // Neither reaches the 10,000 of the rule by itself.
    await applied(named.get('top_ups'), [`${NUMBER}|${today()}|6000|T-1|`, `${NUMBER}|${today()}|5000|T-2|`]);
    assert.equal(await balance(), 156);
  });

  await step('tariff plans stand in their list, and gifts can be ordered at once', async () => {
    await applied(named.get('tariff_plans'), ['T-9|Девять|mobile|49900.50||']);
    const { items: plans } = await admin.get('/loyalty/masters/tariff_plan?limit=100');
    assert.equal(plans.find((one) => one.code === 'T-9')?.title.ru, 'Девять');
    await applied(named.get('gifts'), ['pen|Ручка|6|||3|1|0|']);
    await admin.post('/loyalty/orders', { account: NUMBER, reward: 'pen' });
    assert.equal(await balance(), 150);
  });

  await step('a partner gives bonuses and takes them for its services', async () => {
    await applied(named.get('partner_exchange'), [
      `silk-air|E-1|accrue|${NUMBER}|${today()}|100|flight|`,
      `silk-air|E-2|spend|${NUMBER}|${today()}|30|lounge|`,
    ]);
    assert.equal(await balance(), 220);
  });
});

/** CIMP-ETL-03, CIMP-ETL-04: what is applied is applied once, whatever happens in the middle. */
test('a server that is killed in the middle of a file applies each line once', { timeout: 280_000 }, async (t) => {
  const before = await balance();
  const lines = Array.from({ length: MANY }, (_, n) => `${NUMBER}|${today()}|10000|M-${n}|purchase||||`);
  drop('PUR_many.txt', lines);
  let kills = 0;
  for (const share of [0.2, 0.5]) {
    const file = await admin.file('PUR_many.txt', ({ state, done }) => state !== 'running' || done >= MANY * share, { seconds: 120 });
    if (file.state !== 'running') break;
    await server.kill9();
    kills += 1;
    // It holds the work under the same id as before: it need not wait until the lease of the dead is over.
    await server.run();
    admin = new Api(server, await server.signIn('administrator', FRESH));
  }
  assert.ok(kills > 0, 'the file was done before anybody could kill the server');
  t.diagnostic(`killed ${kills} times`);
  const file = await admin.file('PUR_many.txt', ({ state }) => state !== 'running', { seconds: 120 });
  assert.deepEqual([file.state, file.tally.accepted + file.tally.repeated, file.tally.rejected], ['done', MANY, 0]);
  assert.equal(await balance(), before + MANY * 100);

  // The same again gives nothing, by its content or line by line.
  drop('PUR_same.txt', lines);
  assert.equal((await admin.file('PUR_same.txt', undefined, { seconds: 60 })).state, 'repeated');
  drop('PUR_part.txt', lines.slice(0, 2_000));
  const part = await admin.file('PUR_part.txt', undefined, { seconds: 60 });
  assert.deepEqual([part.tally.repeated, part.tally.accepted], [2_000, 0]);
  assert.equal(await balance(), before + MANY * 100);
  const verified = await command(server, 'ledger', 'verify');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.ok(readdirSync(folder).every((name) => !name.startsWith('PUR_')), 'what was read is taken out of the folder');
});
