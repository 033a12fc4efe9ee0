// Flows, tasks, scripts and connectors of the mock server: enough to look at each page.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ago, customers, id } from './data.mjs';

const folder = fileURLToPath(new URL('../../flows/', import.meta.url));
const read = (name) => JSON.parse(readFileSync(folder + name, 'utf8'));

const GROUPS = {
  voice: 'say menu digits language queue hang_up',
  time: 'schedule wait wait_event parallel join',
  action: 'message emit set_attribute',
  outside: 'call',
  people: 'task approval page',
};
const groupOf = (type) =>
  Object.entries(GROUPS).find(([, types]) => types.split(' ').includes(type))?.[0] ?? 'logic';

/** The node types, read back out of the schema of the files. */
function nodeTypes() {
  const schema = read('flow.schema.json');
  const of = (part, kinds) =>
    (part?.properties.nodes.additionalProperties.oneOf ?? []).map((node) => {
      const { type, ...properties } = node.properties;
      return {
        type: type.const,
        kinds,
        group: groupOf(type.const),
        icon: '',
        description: node.description,
        outputs: [],
        schema: { ...node, properties, required: node.required.filter((name) => name !== 'type') },
      };
    });
  return [...of(schema.then, ['ivr']), ...of(schema.else, ['campaign', 'script', 'process'])];
}

const request = {
  name: 'discount-request',
  kind: 'process',
  title: 'Заявка на скидку',
  description: 'A discount is asked for, the head decides, the customer hears of it.',
  version: 3,
  start: 'check',
  variables: {},
  nodes: {
    check: {
      type: 'call',
      connector: 'Billing',
      operation: 'balance',
      input: { id: 'customer.contract' },
      variable: 'billing',
      next: 'big',
      on_error: 'by_hand',
    },
    big: {
      type: 'branch',
      cases: [{ when: 'vars.billing.data.paid > 1000000', next: 'head' }],
      otherwise: 'told_no',
    },
    by_hand: {
      type: 'task',
      title: 'Проверить оплаты вручную',
      role: 'Supervisor',
      deadline_seconds: 7200,
      questions: [],
      next: 'head',
    },
    head: {
      type: 'approval',
      title: 'Скидка для {{ customer.name }}',
      steps: [{ title: 'Руководитель', approver: { role: 'Supervisor' }, deadline_seconds: 86400 }],
      variable: 'approval',
      approved: 'told_yes',
      refused: 'told_no',
      overdue: 'by_hand',
    },
    told_yes: {
      type: 'message',
      template: 'discount-yes',
      channel: 'preferred',
      class: 'functional',
      fields: {},
      next: 'end',
    },
    told_no: {
      type: 'message',
      template: 'discount-no',
      channel: 'preferred',
      class: 'functional',
      fields: {},
      next: 'end',
    },
    end: { type: 'end' },
  },
};
const script = {
  name: 'internet-fault',
  kind: 'script',
  title: 'Не работает интернет',
  version: 1,
  start: 'greet',
  nodes: {
    greet: {
      type: 'page',
      title: 'Приветствие',
      text: 'Здравствуйте, {{ customer.name }}!',
      questions: [],
      buttons: [],
      next: 'end',
    },
    end: { type: 'end' },
  },
};
const drafts = new Map(
  [request, script].map((flow) => [flow.name, { definition: flow, version: 7, faults: [] }]),
);
const before = structuredClone(request);
delete before.nodes.by_hand;
before.nodes.check.on_error = 'told_no';
before.nodes.old = { type: 'end' };
const versions = [
  {
    version: 3,
    published_at: ago(4000),
    published_by: 'Aziza Karimova',
    live: true,
    note: 'Просрочка ведёт к задаче',
    definition: request,
  },
  {
    version: 2,
    published_at: ago(400000),
    published_by: 'Sergey Ivanov',
    live: false,
    note: null,
    definition: before,
  },
];

const rows = () => [
  ...['main', 'after-hours'].map((name) => ({
    name,
    kind: 'ivr',
    source: 'file',
    file: `${name}.flow.json`,
    version: '3f9a01bc',
    running: 4,
    failed: 0,
    nodes: 14,
  })),
  ...[...drafts.values()].map(({ definition, version }) => ({
    name: definition.name,
    kind: definition.kind,
    source: 'database',
    title: definition.title,
    live_version: definition.kind === 'process' ? 3 : null,
    draft_version: version,
    running: 1204,
    failed: definition.kind === 'process' ? 3 : 0,
  })),
];

const instances = ['failed', 'waiting', 'running', 'done', 'waiting'].map((state, n) => ({
  id: id(),
  flow: request.name,
  version: 3 - (n % 2),
  state,
  node: ['told_yes', 'head', 'check', 'end', 'by_hand'][n],
  customer_id: customers[n]?.id,
  customer_name: customers[n]?.name,
  started_at: ago(3000 * (n + 1)),
  due_at: state === 'waiting' ? ago(-7000) : null,
  error:
    state === 'failed'
      ? 'The template "discount-yes" has no text in Uzbek. Add it, then try again.'
      : null,
  waiting_for: state === 'waiting' ? { task: 'head', deadline: ago(-7000) } : null,
  variables: { billing: { data: { paid: 1250000 }, as_of: ago(3000), stale: false } },
  path: ['check', 'big', 'head'].map((node, at) => ({ node, at: ago(3000 * (n + 1) - at) })),
}));

const question = (key, label, type, more = {}) => ({
  key,
  label,
  type,
  required: true,
  choices: [],
  ...more,
});
const tasks = [
  { kind: 'approval', title: 'Скидка для Aziza Karimova', deadline: ago(-5000) },
  { kind: 'task', title: 'Проверить оплаты вручную', deadline: ago(300) },
  { kind: 'task', title: 'Перезвонить клиенту', deadline: null },
].map((task, n) => ({
  id: id(),
  state: 'open',
  flow: request.name,
  role: 'Supervisor',
  customer_id: customers[n]?.id,
  customer_name: customers[n]?.name,
  created_at: ago(4000 * (n + 1)),
  text: 'Клиент просит скидку 10 % на три месяца. Платил вовремя два года.',
  fields:
    task.kind === 'task'
      ? [
          question('paid', 'Сколько оплачено за год?', 'number'),
          question('note', 'Комментарий', 'long_text', { required: false }),
        ]
      : [],
  steps: [{ title: 'Руководитель', state: 'open' }],
  version: 1,
  ...task,
}));

const runs = new Map();
const page = (node) =>
  node === 0
    ? {
        node: 'greet',
        title: 'Приветствие',
        text: 'Здравствуйте, Азиза! Меня зовут Дильноза. Что случилось с интернетом?',
        questions: [
          question('fault', 'Что не работает?', 'choice', {
            choices: [
              { value: 'all', title: 'Интернета нет совсем' },
              { value: 'slow', title: 'Медленно' },
            ],
          }),
          question('since', 'С какого дня?', 'date', { required: false }),
        ],
        buttons: [],
        notice: { connector: 'Billing', as_of: ago(5400) },
        has_next: true,
      }
    : {
        node: 'router',
        title: 'Роутер',
        text: 'Попросите перезагрузить роутер.',
        questions: [question('helped', 'Помогло?', 'boolean')],
        buttons: [{ key: 'visit', label: 'Вызвать мастера', action: true }],
        notice: null,
        has_next: true,
      };
const stepOf = (run) => ({
  id: run.id,
  flow: script.name,
  title: script.title,
  step: run.at < 2 ? page(run.at) : null,
  done: run.at > 1,
  can_go_back: run.at > 0,
  text: 'Попрощайтесь с клиентом.',
});

const connectors = [
  {
    id: id(),
    name: 'Billing',
    base_url: 'https://billing.example/api',
    auth: { kind: 'bearer', has_secret: true },
    version: 2,
    operations: [
      {
        key: 'balance',
        method: 'GET',
        path: '/customers/{id}/balance',
        timeout_ms: 1500,
        cache_seconds: 86400,
      },
    ],
  },
];

const ok = (body, status = 200) => ({ status, body });
const list = (items) => ok({ items, next: null });

function flowOf(method, name, rest, body) {
  const draft = drafts.get(name);
  if (!rest) {
    const row = rows().find((one) => one.name === name);
    if (!row) return ok({ code: 'not-found', title: 'not-found', status: 404 }, 404);
    return ok({ ...row, definition: draft?.definition ?? read(`${name}.flow.json`) });
  }
  if (rest === 'draft' && method === 'PUT') {
    const next = { definition: body.definition, version: draft.version + 1, faults: [] };
    drafts.set(name, next);
    return ok(next);
  }
  if (rest === 'draft') return ok(draft);
  if (rest === 'versions') return list(versions);
  if (rest.startsWith('versions/'))
    return ok(versions.find((one) => rest.endsWith(String(one.version))));
  if (rest === 'counters')
    return ok({
      nodes: Object.fromEntries(
        Object.keys((draft?.definition ?? read(`${name}.flow.json`)).nodes).map((key, n) => [
          key,
          { entered: 1204 - n * 90, waiting: n === 3 ? 17 : 0, failed: n === 4 ? 3 : 0 },
        ]),
      ),
    });
  if (rest === 'migrations') return ok({ moved: 14, refused: [] });
  return ok(versions[0]);
}

function check(definition) {
  const faults = Object.entries(definition.nodes).flatMap(([node, body]) =>
    body.type === 'message' && body.template === 'discount-no'
      ? [
          {
            severity: 'warning',
            code: 'no_language',
            node,
            pointer: `/nodes/${node}/template`,
            message: 'The template has no text in Uzbek.',
            example: null,
          },
        ]
      : [],
  );
  return ok({ faults });
}

function trial({ definition, state }) {
  const at = state?.at ?? definition.start;
  const body = definition.nodes[at] ?? {};
  const next = body.next ?? body.approved ?? body.found ?? body.otherwise ?? null;
  const path = state ? [next] : [at];
  return ok({
    state: { at: next ?? at },
    effects: [{ kind: body.type, node: at }],
    path: path.filter(Boolean),
    waiting_for: next
      ? [
          {
            kind: 'time',
            node: next,
            give: [{ kind: 'due' }, { kind: 'event', event_type: 'purchase', data: {} }],
          },
        ]
      : [],
    done: !next,
  });
}

/** The answer to a request of these parts of the interface; nothing for others. */
export function flowRest(method, path, query, body) {
  const [name, key, ...more] = path.split('/');
  const rest = more.join('/');
  if (name === 'flow-nodes') return ok(nodeTypes());
  if (name === 'flows' && method === 'POST' && key === 'check') return check(body.definition);
  if (name === 'flows' && method === 'POST' && key === 'try') return trial(body);
  if (name === 'flows' && !key && method === 'GET') return list(rows());
  if (name === 'flows' && key && key !== 'reload')
    return flowOf(method, decodeURIComponent(key), rest, body);
  if (name === 'flow-instances' && key) return ok(instances.find((one) => one.id === key));
  if (name === 'flow-instances') {
    const state = query.get('state');
    return list(instances.filter((one) => !state || one.state === state));
  }
  if (name === 'tasks' && key) return ok(tasks.find((one) => one.id === key));
  if (name === 'tasks') {
    const state = query.get('state');
    return list(tasks.filter((one) => !state || one.state === state));
  }
  if (name === 'deputies') return list([]);
  if (name === 'scripts')
    return list([
      { name: script.name, title: script.title, suggested: true },
      { name: 'tariff', title: 'Смена тарифа', suggested: false },
    ]);
  if (name === 'script-runs' && !key) {
    const run = { id: id(), at: 0 };
    runs.set(run.id, run);
    return ok(stepOf(run), 201);
  }
  if (name === 'script-runs') {
    const run = runs.get(key);
    if (rest === 'answer') run.at += 1;
    if (rest === 'back') run.at -= 1;
    return ok(stepOf(run));
  }
  if (name === 'contacts' && rest === 'script-runs')
    return list([
      {
        id: id(),
        flow: script.name,
        title: script.title,
        version: 1,
        started_at: ago(800),
        ended_at: ago(600),
        done: true,
        path: [
          {
            node: 'greet',
            title: 'Приветствие',
            at: ago(800),
            answers: { fault: 'all' },
            notice: null,
          },
          {
            node: 'router',
            title: 'Роутер',
            at: ago(700),
            answers: { helped: true },
            button: null,
          },
        ],
      },
    ]);
  if (name === 'connectors' && key)
    return ok(
      rest === 'try' ? { data: { balance: 12500 }, as_of: ago(0), stale: false } : connectors[0],
    );
  if (name === 'connectors') return list(connectors);
  return undefined;
}
