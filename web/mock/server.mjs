// A stand-in for the server while pages are drawn: `npm run mock`, then TRUNKLINE_URL=http://127.0.0.1:8099 npm run dev.
// Sign in with any login; the password "wrong" is refused, "locked" locks, "expired" asks for a new one.
// MOCK_SCENE=offer|talk|held|wrap|ready begins the desk there.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';
import { automation } from './automation.mjs';
import * as data from './data.mjs';
import { flowRest } from './flows.mjs';
import { board, floor, makeDesk, stir } from './live.mjs';
import { recordAnswer, recordCollections } from './records.mjs';
import { recording } from './sound.mjs';

const port = Number(process.env.MOCK_PORT ?? 8099);
const dist = fileURLToPath(new URL('../dist/', import.meta.url));
let me;
let scene = process.env.MOCK_SCENE;

const collections = {
  people: data.persons,
  units: data.units,
  'people-groups': data.peopleGroups,
  roles: data.roles,
  operations: data.operations,
  'api-keys': data.apiKeys,
  events: data.events,
  queues: data.queues,
  skills: data.skills,
  operators: data.operators,
  'not-ready-reasons': data.reasons,
  topics: data.topics,
  results: data.results,
  trunks: data.trunks,
  numbers: data.numbers,
  prompts: data.prompts,
  flows: data.flows,
  customers: data.customers,
  contacts: data.contacts,
  ...recordCollections,
};

const json = (response, status, body) => {
  response.writeHead(status, {
    'Content-Type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(body === undefined ? '' : JSON.stringify(body));
};
const problem = (response, status, code, detail, more = {}) =>
  json(response, status, { type: `/problems/${code}`, title: code, status, detail, code, ...more });

function session(request, response, body) {
  if (request.method === 'DELETE') me = undefined;
  if (request.method === 'POST') {
    if (body.password === 'wrong') return problem(response, 401, 'wrong-credentials', '');
    if (body.password === 'locked') {
      response.setHeader('Retry-After', '540');
      return problem(response, 423, 'locked-out', '');
    }
    const person = data.persons.find((one) => one.login === body.login) ?? data.persons[0];
    const operator = person.login === 'operator';
    me = {
      person,
      operations: operator ? data.roles[2].operations : data.everything,
      is_operator: true,
      must_change_password: body.password === 'expired',
      expires_at: data.ago(-36000),
    };
  }
  return me ? json(response, 200, me) : problem(response, 401, 'signed-out', '');
}

function detail(contact) {
  const at = (seconds) => new Date(Date.parse(contact.arrived_at) + seconds * 1000).toISOString();
  const kinds = [
    [0, 'telephony.call_arrived.v1', { from: contact.caller, to: contact.dialled }],
    [1, 'telephony.prompt_played.v1', { prompt: 'greeting' }],
    [9, 'telephony.digit_pressed.v1', { digit: '1' }],
    [10, 'routing.contact_queued.v1', { queue: contact.queue_name, position: 2 }],
    [17, 'routing.contact_offered.v1', { operator: contact.operator_name }],
    [20, 'routing.contact_answered.v1', {}],
    [140, 'telephony.call_ended.v1', { by: 'caller' }],
  ];
  return {
    ...contact,
    events: kinds.map(([seconds, kind, payload]) => ({
      id: `${contact.id}-${seconds}`,
      at: at(seconds),
      kind,
      payload,
    })),
    topic: data.topics[2],
    result: data.results[0],
    explanations: [
      {
        at: at(17),
        queue_name: contact.queue_name,
        rule: 'contact_waits',
        waiting: 3,
        considered: 2,
        ruled_out: 2,
        chosen: { operator_id: data.operators[0].id, name: data.operators[0].name },
        candidates: data.operators.slice(0, 4).map((operator, n) => ({
          operator_id: operator.id,
          name: operator.name,
          verdict: n === 0 ? 'chosen' : 'ruled_out',
          reason: ['longest_idle', 'idle_for_less', 'not_free', 'skill'][n],
          idle_seconds: n === 0 ? 95 : null,
        })),
      },
    ],
  };
}

function rest(request, response, path, query, body) {
  const [name, key, act] = path.split('/');
  if (name === 'session') {
    if (key === 'password' && me) me.must_change_password = false;
    return session(request, response, key ? undefined : body);
  }
  if (!me) return problem(response, 401, 'signed-out', '');
  const automatic = automation(path, request.method, query, body);
  if (automatic) return json(response, ...automatic);
  if (name === 'status')
    return json(response, 200, {
      version: '0.1.0',
      sip: ['udp:0.0.0.0:5060', 'tcp:0.0.0.0:5060'],
      uptime_seconds: 40210,
      database: 'ok',
      journal_backlog: 0,
    });
  if (name === 'log-levels') return json(response, 200, { directives: 'info,routing=debug' });
  if (act === 'recording' || (name === 'prompts' && key)) return recording(request, response);
  const answer = recordAnswer(request, path, query, body);
  if (answer) return json(response, ...answer);
  const flowAnswer = flowRest(request.method, path, query, body);
  if (flowAnswer) return json(response, flowAnswer.status, flowAnswer.body);
  const list = collections[name];
  if (!list) return problem(response, 404, 'not-found', path);
  if (request.method === 'POST' && key)
    return json(response, 200, act === 'reset-password' ? { password: 'Kv7-mellow-Tashkent' } : {});
  if (request.method === 'POST') {
    if (body.name === 'bad')
      return problem(response, 422, 'invalid', 'One field is wrong', {
        errors: [{ pointer: '/name', detail: 'this name is taken' }],
      });
    const made = {
      id: crypto.randomUUID(),
      version: 1,
      created_at: data.ago(0),
      expires_at: null,
      status: 'active',
      ...body,
    };
    list.push(made);
    return json(
      response,
      201,
      name === 'api-keys' ? { ...made, key: 'tl_live_9f3c2a7be1d44c0a8e52' } : made,
    );
  }
  const keyOf = (item) => item.id ?? item.api_key_id;
  const found = key ? list.find((item) => keyOf(item) === key) : undefined;
  if (key && !found) return problem(response, 404, 'not-found', path);
  if (request.method === 'PUT')
    return json(response, 200, Object.assign(found, body, { version: found.version + 1 }));
  if (request.method === 'DELETE') {
    list.splice(list.indexOf(found), 1);
    return json(response, 204);
  }
  if (found) return json(response, 200, name === 'contacts' ? detail(found) : found);
  const q = (query.get('q') ?? '').toLowerCase();
  const outcome = query.get('outcome');
  const items = list.filter(
    (item) =>
      (!q || JSON.stringify(item).toLowerCase().includes(q)) &&
      (!outcome || item.outcome === outcome),
  );
  const limit = Number(query.get('limit') ?? 50);
  const from = Number(query.get('cursor') ?? 0);
  return json(response, 200, {
    items: items.slice(from, from + limit),
    next: from + limit < items.length ? String(from + limit) : null,
  });
}

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};
async function page(path, response) {
  const file = extname(path) ? path : '/index.html';
  const bytes = await readFile(join(dist, file)).catch(() => undefined);
  if (!bytes) return problem(response, 404, 'not-found', path);
  // The policy that the real server sends too.
  response.writeHead(200, {
    'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
    ...(path.startsWith('/jdm/') ? {} : { 'X-Frame-Options': 'DENY' }),
    'Content-Security-Policy':
      "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; media-src 'self' blob:; connect-src 'self' ws: wss:",
  });
  response.end(bytes);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://mock');
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    if (url.pathname === '/mock/scene') {
      scene = url.searchParams.get('name') ?? undefined;
      me = data.persons.length && me;
      return json(response, 200, {});
    }
    if (!url.pathname.startsWith('/api/v1/')) return void page(url.pathname, response);
    let body;
    try {
      body = JSON.parse(text || 'null');
    } catch {
      body = undefined;
    }
    return rest(request, response, url.pathname.slice('/api/v1/'.length), url.searchParams, body);
  });
});

const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket, request) => {
  const seqs = {};
  const say = (frame) =>
    socket.readyState === 1 &&
    socket.send(JSON.stringify({ ...frame, at: new Date().toISOString() }));
  const next = (topic) => {
    seqs[topic] += 1;
    return seqs[topic];
  };
  const snapshot = (topic, body) => {
    seqs[topic] = 1;
    say({ type: 'snapshot', topic, epoch: 'mock', seq: 1, data: body });
  };
  const { desk, commands } = makeDesk(() => snapshot('desk', desk), scene);
  const topics = { desk, board, floor };
  const timers = [setInterval(() => say({ type: 'ping' }), 1000)];
  socket.on('message', (raw) => {
    const frame = JSON.parse(raw);
    if (frame.type === 'subscribe') {
      snapshot(frame.topic, topics[frame.topic]);
      if (frame.topic === 'board')
        timers.push(
          setInterval(
            () =>
              say({
                type: 'delta',
                topic: 'board',
                seq: next('board'),
                patch: {
                  totals: { ...board.totals, longest_since: board.totals.longest_since ?? null },
                },
              }),
            400,
          ),
        );
    }
    if (frame.type !== 'command') return;
    const run = commands[frame.name];
    if (!run)
      return say({
        type: 'problem',
        id: frame.id,
        problem: { title: 'Not in the mock', status: 501, code: 'mock', detail: frame.name },
      });
    run(frame.args);
    setTimeout(() => {
      say({ type: 'ack', id: frame.id });
      snapshot('desk', desk);
    }, 60);
  });
  socket.on('close', () => timers.forEach(clearInterval));
  void request;
});
setInterval(stir, 400);
server.listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${port}`));
