// Events of other systems: they come by HTTP and by file, go out to webhooks, and survive a kill in the middle.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { administrator, FRESH } from './lib/admin.mjs';
import { Server } from './lib/server.mjs';
import { freePort, until } from './lib/wait.mjs';

const FAST = { HTTP__REQUESTS_PER_SECOND: '100000', HTTP__REQUESTS_BURST: '100000' };
const TYPE = {
  name: 'load.tested',
  title: { en: 'Tested under load' },
  subject: 'phone',
  retention_days: 30,
  schema: {
    type: 'object',
    required: ['amount'],
    properties: { amount: { type: 'number', minimum: 0 }, place: { type: 'string' } },
  },
};
const REACTED = { ...TYPE, name: 'load.reacted', title: { en: 'Reacted under load' }, subject: 'none', schema: { type: 'object' } };

const event = (source, id, amount = 5) => ({
  specversion: '1.0',
  id: String(id),
  source,
  type: TYPE.name,
  subject: '+998900000001',
  data: { amount, place: `${source} ${id}` },
});

/** A key of a program that sends events. */
async function keyOf(api) {
  const made = await api('/api-keys', { method: 'POST', body: { name: 'billing', operations: ['event.send'] } });
  assert.equal(made.status, 201, await made.clone().text());
  return (await made.json()).key;
}

const json = async (answer) => {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
};

async function register(api) {
  for (const type of [TYPE, REACTED]) await json(await api('/event-types', { method: 'POST', body: type }));
}

/** Makes a rule and has it live; somebody else approves it. */
async function launch(server, api, name, document) {
  const { items: roles } = await json(await api('/roles'));
  const { role_id } = roles.find((role) => role.name === 'Administrator');
  const { items: units } = await json(await api('/units'));
  const unit = units[0].unit_id ?? units[0].id;
  const body = { login: `boss-of-${name}`, name: 'Second', locale: 'en', unit_id: unit, roles: [{ role_id, unit_id: unit }] };
  const { password } = await json(await api('/people', { method: 'POST', body }));
  const other = await server.signIn(body.login, password);
  await json(await other('/session/password', { method: 'POST', body: { current: password, new: FRESH } }));
  const boss = await server.signIn(body.login, FRESH);
  const rule = await json(await api('/rules', { method: 'POST', body: { name, description: '', document } }));
  await json(await api(`/rules/${rule.id}/ask-approval`, { method: 'POST', body: {} }));
  await json(await boss(`/rules/${rule.id}/approve`, { method: 'POST', body: {} }));
  await json(await api(`/rules/${rule.id}/launch`, { method: 'POST', body: {} }));
  return rule.id;
}

const form = (all) => ({ kind: 'form', group: { all } });

function send(server, key, body) {
  const kind = Array.isArray(body) ? 'application/cloudevents-batch+json' : 'application/cloudevents+json';
  return fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': kind },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
}

/** Every event of the type, oldest first. */
async function stored(api, kind = TYPE.name) {
  const all = [];
  let cursor = '';
  do {
    const page = await (await api(`/events?kind=${kind}&limit=500${cursor}`)).json();
    all.push(...page.items);
    cursor = page.next ? `&cursor=${encodeURIComponent(page.next)}` : null;
  } while (cursor);
  return all.reverse();
}

/** Takes what webhooks send. */
async function receiver(t) {
  const got = [];
  const port = await freePort();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => (body += text));
    request.on('end', () => {
      got.push({ headers: request.headers, body });
      response.writeHead(204).end();
    });
  });
  await new Promise((ready) => server.listen(port, '127.0.0.1', ready));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${port}/hook`, got };
}

function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signature = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return headers['webhook-signature'].split(' ').includes(signature);
}

/** BRE-EVT-03, INT-02, INT-03: one event, a batch and a file; each counts once, and a webhook hears of it. */
test('events come by HTTP and by file, count once, and go out signed', { timeout: 180_000 }, async (t) => {
  const drop = mkdtempSync(join(tmpdir(), 'trunkline-drop-'));
  const hook = await receiver(t);
  const settings = { ...FAST, EVENTS__DROP_DIR: drop, WEBHOOKS__PRIVATE_ADDRESSES: 'true' };
  const server = await Server.start({ settings });
  t.after(async () => {
    await server.discard();
    rmSync(drop, { recursive: true, force: true });
  });
  const api = await administrator(server);
  await register(api);
  const key = await keyOf(api);
  const made = await api('/webhooks', {
    method: 'POST',
    body: { name: 'receiver', url: hook.url, kinds: [TYPE.name] },
  });
  const { secret } = await made.json();

  const one = await send(server, key, event('shop', 1));
  assert.equal(one.status, 202, await one.clone().text());
  const batch = await (await send(server, key, [event('shop', 1), event('shop', 2), event('shop', 3, -1)])).json();
  assert.deepEqual(
    batch.results.map((result) => result.status),
    ['duplicate', 'accepted', 'refused'],
  );
  assert.equal(batch.results[2].faults[0].pointer, '/data/amount');
  const lines = [event('shop', 2), event('shop', 4), { id: 'broken' }, event('shop', 5)];
  mkdirSync(drop, { recursive: true });
  writeFileSync(join(drop, 'day.part'), lines.map((line) => JSON.stringify(line)).join('\n'));
  renameSync(join(drop, 'day.part'), join(drop, 'day.jsonl'));
  await until('the file is read', () => readdirSync(join(drop, 'done')).includes('day.jsonl'), { seconds: 30 });

  const ids = (await stored(api)).map((one) => one.payload.id);
  assert.deepEqual(ids.sort(), ['1', '2', '4', '5']);
  const rejected = JSON.parse(readFileSync(join(drop, 'rejected/day.jsonl'), 'utf8').trim());
  assert.equal(rejected.line, 3);
  await until('the webhook heard of all', () => hook.got.length >= 4, { seconds: 30 });
  assert.deepEqual(hook.got.map((request) => JSON.parse(request.body).data.amount), [5, 5, 5, 5]);
  assert.ok(hook.got.every((request) => isSigned(request, secret)));
  const consumers = await (await api('/event-consumers')).json();
  assert.ok(consumers.items.some((consumer) => consumer.name === 'platform.webhooks'));
});

/** Sends batches until each is answered, as a sender that keeps to the documentation does. */
async function sender(server, key, source, batches, size) {
  let retried = 0;
  for (let at = 0; at < batches; at++) {
    const body = Array.from({ length: size }, (_, n) => event(source, at * size + n));
    for (;;) {
      const answer = await send(server, key, body).catch(() => null);
      if (answer?.status === 202) {
        const { results } = await answer.json();
        assert.ok(results.every((result) => result.status !== 'refused'), JSON.stringify(results[0]));
        break;
      }
      if (answer && answer.status < 500) assert.fail(`${answer.status} ${await answer.text()}`);
      retried += 1;
      await new Promise((go) => setTimeout(go, 50));
    }
  }
  return retried;
}

/** Nothing acknowledged is lost, nothing repeated counts twice, also when the server is killed in the middle. */
test('kill -9 under senders that send again loses no event and takes none twice', { timeout: 300_000 }, async (t) => {
  const server = await Server.start({ settings: FAST });
  t.after(() => server.discard());
  let api = await administrator(server);
  await register(api);
  const key = await keyOf(api);
  await launch(server, api, 'every', {
    event: TYPE.name,
    criteria: form([{ field: 'event.amount', op: 'gt', value: 0 }]),
    reactions: [{ key: 'told', kind: 'emit', event: REACTED.name, data: { place: 'event.place' }, after_seconds: 0 }],
    on_error: 'continue',
    tests: [{ name: 'it fires', event: { amount: 5 }, expect: { matched: true, reactions: ['told'] } }],
  });
  const [SENDERS, BATCHES, SIZE] = [4, 150, 10];

  let sending = true;
  const senders = Array.from({ length: SENDERS }, (_, n) => sender(server, key, `till ${n}`, BATCHES, SIZE));
  const all = Promise.all(senders).finally(() => (sending = false));
  for (let kills = 0; kills < 3 && sending; kills++) {
    await new Promise((go) => setTimeout(go, 700));
    await server.kill9();
    await server.run();
  }
  const retried = (await all).reduce((sum, count) => sum + count, 0);
  t.diagnostic(`${retried} batches were sent again`);

  api = await server.signIn('administrator', FRESH);
  const events = await stored(api);
  assert.equal(events.length, SENDERS * BATCHES * SIZE);
  for (let n = 0; n < SENDERS; n++) {
    const own = events.filter((one) => one.payload.source === `till ${n}`).map((one) => Number(one.payload.id));
    assert.equal(new Set(own).size, BATCHES * SIZE, `till ${n}`);
  }
  assert.ok(retried > 0, 'the kills came too late to matter');
  const reactions = await until(
    'each is reacted to',
    async () => {
      const found = await stored(api, REACTED.name);
      return found.length >= events.length && found;
    },
    { seconds: 120, everyMs: 1_000 },
  );
  const places = reactions.map((one) => one.payload.data.place);
  assert.equal(places.length, events.length, 'none is reacted to twice');
  assert.deepEqual(new Set(places), new Set(events.map((one) => one.payload.data.place)));
});

/** An event that has every attribute of its type, by the type's own schema. */
function full(schema) {
  const value = (property) => {
    if (property.enum) return property.enum[0];
    if (property.format === 'date') return '2026-01-15';
    if (property.format === 'date-time') return '2026-01-15T10:00:00Z';
    if (property.type === 'boolean') return true;
    if (property.type === 'array') return property.items.type === 'string' ? ['roaming'] : [];
    if (property.type === 'string') return 'x'.repeat(property.minLength ?? 3);
    return Math.min(property.maximum ?? 7, 7);
  };
  return Object.fromEntries(Object.entries(schema.properties).map(([key, property]) => [key, value(property)]));
}

/** TEL-12, GAP-44: more than 37 criteria in one rule, and the trace says why it fired and why it did not. */
test('a rule with more than 37 criteria decides, and says why', { timeout: 180_000 }, async (t) => {
  const server = await Server.start({ settings: FAST });
  t.after(() => server.discard());
  const api = await administrator(server);
  await register(api);
  const key = await keyOf(api);
  const type = await json(await api('/event-types/roaming.arrived'));
  const data = full(type.schema);
  const criteria = Object.entries(data)
    .filter(([, value]) => !Array.isArray(value))
    .map(([name, value]) => ({ field: `event.${name}`, op: 'eq', value }));
  assert.ok(criteria.length >= 38, `${criteria.length}`);
  const reaction = { key: 'told', kind: 'emit', event: REACTED.name, data: { place: 'event.country' }, after_seconds: 0 };
  const expect = { matched: true, reactions: ['told'] };
  const rule = await launch(server, api, 'welcome', {
    event: type.name,
    criteria: form(criteria),
    reactions: [reaction],
    on_error: 'roll_back',
    tests: [{ name: 'everything fits', event: data, expect }],
  });

  const arrived = (id, changed) => ({ ...event('network', id), type: type.name, data: { ...data, ...changed } });
  const { results } = await json(await send(server, key, [arrived(1, {}), arrived(2, { arpu: 6 })]));
  const decision = (at) =>
    until('it is decided', async () => {
      const { items } = await json(await api(`/events/${results[at].event_id}/decisions`));
      return items.find((one) => one.rule_id === rule);
    });
  const [fired, not] = [await decision(0), await decision(1)];
  assert.deepEqual([fired.matched, fired.verdict], [true, 'matched']);
  assert.deepEqual([not.matched, not.verdict], [false, 'criteria']);
  assert.match(not.reason, /criteria/);
  await until('it reacts', async () => (await stored(api, REACTED.name)).length === 1);
});
