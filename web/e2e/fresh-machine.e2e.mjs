// A first start on an empty folder, a clean stop, a second start, and recovery after a kill.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { administrator, contactOf, firstSignIn } from './lib/admin.mjs';
import { Browser, Operator } from './lib/browser.mjs';
import { AZIZA, NUMBER } from './lib/demo.mjs';
import { Phone } from './lib/phone.mjs';
import { binary, Server } from './lib/server.mjs';
import { until } from './lib/wait.mjs';

/** Processes that were given the data folder, and what they started: the server's Postgres. */
function processesOf(dir) {
  const read = (pid, file) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return '';
    }
  };
  const all = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .map((pid) => ({ pid: Number(pid), args: read(pid, 'cmdline'), parent: Number(/^PPid:\s+(\d+)$/m.exec(read(pid, 'status'))?.[1]) }));
  const masters = all.filter(({ args }) => args.includes(`\0-D\0${dir}`)).map(({ pid }) => pid);
  const children = all.filter(({ parent }) => masters.includes(parent)).map(({ pid }) => pid);
  return { masters, children };
}

const NOTHING = { masters: [], children: [] };

/** The process of the private Postgres, as its own file says. */
const postmaster = (server) => Number(readFileSync(join(server.dir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

/** Runs the binary until it ends. */
async function run(args, env = {}) {
  const child = spawn(binary(), args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.on('data', (text) => (out += text));
  child.stderr.on('data', (text) => (err += text));
  const code = await new Promise((done) => child.once('close', done));
  return { code, out, err };
}

/** SEC-*, CIMP-ADM-*: the first start shows a password once, which opens one door: to a better one. */
test('what the first start prints is true, and a second start keeps what was made', { timeout: 120_000 }, async (t) => {
  const server = await Server.start();
  t.after(() => server.discard());
  const printed = (name) => new RegExp(`^ +${name} +(.+)$`, 'm').exec(server.log)?.[1].trim();
  assert.equal(printed('browser'), server.url);
  assert.match(printed('SIP'), new RegExp(`127\\.0\\.0\\.1:${server.sip}`));
  assert.equal(printed('number'), `+${NUMBER}`);
  const { login, password } = firstSignIn(server);

  // The printed number answers at the printed address.
  const phone = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => phone.stop());
  await phone.dial(`sip:${printed('number').slice(1)}@127.0.0.1:${server.sip}`);
  await phone.established();
  await until('the caller hears the greeting', () => phone.secondsHeard() > 0.5);
  await phone.hangUp();

  // The printed password opens the browser, which insists on another one.
  const browser = await Browser.open();
  t.after(() => browser.close());
  await browser.page.goto(server.url);
  await browser.page.getByLabel('Login').fill(login);
  await browser.page.getByLabel('Password', { exact: true }).fill(password);
  await browser.button('Sign in').click();
  await browser.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  await browser.page.goto(`${server.url}/admin`);
  await browser.page.getByRole('heading', { name: 'Choose a new password' }).waitFor();
  const impatient = await server.signIn(login, password);
  assert.equal((await impatient('/queues')).status, 403, 'nothing else is open before that');
  await browser.page.getByLabel('Current password').fill(password);
  await browser.page.getByLabel('New password', { exact: true }).fill('short');
  await browser.page.getByLabel('New password again').fill('short');
  await browser.button('Change password').click();
  await browser.page.getByRole('alert').first().waitFor();
  await browser.page.getByLabel('New password', { exact: true }).fill('Own-Password-42');
  await browser.page.getByLabel('New password again').fill('Own-Password-42');
  await browser.button('Change password').click();
  await browser.page.getByRole('navigation').first().waitFor();
  await assert.rejects(server.signIn(login, password), /401/, 'the shown password is over');

  const api = await server.signIn(login, 'Own-Password-42');
  const { items } = await (await api('/queues')).json();
  const { id, queue_id, version, ...like } = items.find((queue) => queue.name === 'Services');
  const made = await api('/queues', { method: 'POST', body: { ...like, name: 'Returns' } });
  assert.equal(made.status, 201, await made.clone().text());
  const shown = server.log;

  // Ctrl-C, as in a terminal.
  assert.deepEqual(processesOf(server.dir).masters, [postmaster(server)], 'a private Postgres runs');
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(processesOf(server.dir), NOTHING, 'nothing of it is left');

  await server.run();
  assert.doesNotMatch(server.log, /sign in +administrator/, 'the password is shown once');
  assert.doesNotMatch(server.log, new RegExp(password));
  assert.match(shown, new RegExp(password));
  const again = await server.signIn(login, 'Own-Password-42');
  const queues = await (await again('/queues')).json();
  assert.ok(queues.items.some((queue) => queue.name === 'Returns'), 'the queue is still there');
  assert.equal(queues.items.filter((queue) => queue.name === 'Services').length, 1, 'the demo organisation is loaded once');
});

/** CC-HIST-02: what was going on when the power failed is in the history as failed. */
test('after kill -9 in mid-call the next start recovers by itself', { timeout: 120_000 }, async (t) => {
  const server = await Server.start();
  t.after(() => server.discard());
  let api = await administrator(server);
  const anna = await Operator.atDesk(server, 'anna', { hertz: 620 });
  t.after(() => anna.close());
  const phone = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => phone.stop());
  await anna.goReady();
  await phone.callServices(server, NUMBER);
  await anna.offer.waitFor();
  await anna.button('Accept').click();
  await anna.hears(440);
  await contactOf(api, AZIZA.number, (contact) => contact.answered_at);

  const orphan = postmaster(server);
  await server.kill9();
  await server.run();
  assert.notEqual(postmaster(server), orphan);
  assert.deepEqual(processesOf(server.dir).masters, [postmaster(server)], 'one Postgres, and not the orphan');
  api = await server.signIn('administrator', 'Journey-Trunkline-7');
  const contact = await contactOf(api, AZIZA.number);
  assert.equal(contact.outcome, 'failed');
  assert.ok(contact.ended_at, 'and it has an end');

  // The desk finds the server again without a reload, and the next call works.
  await phone.stop();
  const next = await Phone.start({ number: AZIZA.number, hertz: 440 });
  t.after(() => next.stop());
  await until('the desk may go ready', () => anna.button('Go ready').isEnabled(), { seconds: 20 });
  await anna.goReady();
  await next.callServices(server, NUMBER);
  await anna.offer.waitFor();
  await anna.button('Accept').click();
  await anna.hears(440);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  assert.deepEqual(processesOf(server.dir), NOTHING, 'nothing is left after the stop');
});

test('one data folder serves one server, and the second one says so in a sentence', { timeout: 60_000 }, async (t) => {
  const server = await Server.start();
  t.after(() => server.discard());
  const second = await run(['run'], {
    TRUNKLINE__SERVER__DATA_DIR: server.dir,
    TRUNKLINE__HTTP__ADDRESS: '127.0.0.1:0',
    TRUNKLINE__SIP__LISTEN_UDP: '127.0.0.1:0',
    TRUNKLINE__SIP__LISTEN_TCP: '127.0.0.1:0',
    TRUNKLINE__MEDIA__WEBRTC_LISTEN: '127.0.0.1:0',
  });
  t.diagnostic(second.err.trim());
  assert.notEqual(second.code, 0);
  assert.equal(second.err.trim().split('\n').length, 1, second.err);
  assert.ok(second.err.includes(server.dir) && second.err.includes(`process ${server.process.pid}`), second.err);
  assert.ok(await server.isReady(), 'the first one is not disturbed');
});

test('a typo in the settings is named by its key and its place', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'trunkline-settings-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'mine.toml');
  writeFileSync(file, '[sip]\ncalls_maks = 7\n');
  const wrong = await run(['check-config', '--config', file]);
  t.diagnostic(wrong.err.trim());
  assert.notEqual(wrong.code, 0);
  assert.match(wrong.err, /sip\.calls_maks.*mine\.toml/);
  writeFileSync(file, '[http]\nrequests_per_second = "many"\n');
  const word = await run(['check-config', '--config', file]);
  assert.notEqual(word.code, 0);
  assert.match(word.err, /http\.requests_per_second.*mine\.toml/);
  writeFileSync(file, '[sip]\ncalls_max = 7\n');
  const right = await run(['check-config', '--config', file]);
  assert.equal(right.code, 0, right.err);
  assert.match(right.out, /calls_max.*7.*mine\.toml/);
  const variable = await run(['check-config'], { TRUNKLINE__SIP__CALLS_MAXX: '7' });
  assert.notEqual(variable.code, 0);
  assert.match(variable.err, /sip\.calls_maxx.*TRUNKLINE__SIP__CALLS_MAXX/i);
});
