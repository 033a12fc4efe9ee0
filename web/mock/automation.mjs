// Rules, events and reference tables of the mock: enough to draw every page and to walk through the life of a rule.
const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();
const id = (n) => `00000000-0000-7000-8000-1000000000${String(n).padStart(2, '0')}`;
const words = (en, ru, uz = en) => ({ en, ru, uz });

const types = [
  {
    name: 'purchase',
    title: words('Purchase', 'Покупка', 'Xarid'),
    description: 'A receipt of a shop or a partner.',
    subject: 'phone',
    retention_days: 365,
    version: 1,
    built_in: false,
    schema: {
      type: 'object',
      properties: {
        amount: { type: 'number', title: 'Сумма' },
        category: { type: 'string', title: 'Категория', enum: ['furniture', 'garden', 'paint'] },
        items: { type: 'integer', title: 'Позиций в чеке' },
        city_id: { type: 'string', title: 'Город' },
      },
      required: ['amount', 'category'],
    },
  },
  {
    name: 'roaming.arrived',
    title: words('Arrived in roaming', 'Вышел в роуминг', 'Roumingga chiqdi'),
    description: '',
    subject: 'phone',
    retention_days: 90,
    version: 1,
    built_in: false,
    schema: { type: 'object', properties: { country: { type: 'string', title: 'Страна' } } },
  },
  {
    name: 'cart.left',
    title: words('Cart left', 'Корзина не оплачена', 'Savat tashlab ketildi'),
    description: 'The cart was not paid for a while.',
    subject: 'email',
    retention_days: 180,
    version: 3,
    built_in: false,
    schema: {
      type: 'object',
      properties: { total: { type: 'number' }, lines: { type: 'array' } },
    },
  },
];
const field = (path, _en, ru, type, more = {}) => ({
  path,
  title: ru,
  type,
  unit: null,
  choices: [],
  group: path.split('.')[0].replace(/\[.*/, ''),
  ...more,
});
const fields = [
  field('event.amount', 'Amount', 'Сумма', 'number', { unit: 'UZS' }),
  field('event.category', 'Category', 'Категория', 'choice', {
    choices: [
      { value: 'furniture', title: 'Мебель' },
      { value: 'garden', title: 'Сад' },
      { value: 'paint', title: 'Краски' },
    ],
  }),
  field('event.items', 'Items in the receipt', 'Позиций в чеке', 'number'),
  field('customer.name', 'Name', 'Имя', 'text'),
  field('customer.vip', 'VIP', 'VIP', 'boolean'),
  field('customer.tier', 'Tier', 'Уровень', 'choice', {
    choices: ['gold', 'silver', 'bronze'].map((value) => ({ value, title: value })),
  }),
  field('customer.birthday', 'Birthday', 'День рождения', 'date'),
  field('time.hour', 'Hour of the day', 'Час дня', 'number'),
  field('time.weekday', 'Day of the week', 'День недели', 'number'),
  field('ref.cities[event.city_id].name', 'City: name', 'Город: название', 'text'),
];

const document = {
  event: 'purchase',
  criteria: {
    kind: 'form',
    group: {
      all: [
        { field: 'event.amount', op: 'ge', value: 100000 },
        { field: 'event.category', op: 'in', value: ['furniture', 'garden'] },
        {
          any: [
            { field: 'customer.tier', op: 'eq', value: 'gold' },
            { field: 'customer.vip', op: 'eq', value: true },
          ],
        },
        { field: 'customer.agee', op: 'ge', value: 18 },
      ],
    },
  },
  hours: { days: [1, 2, 3, 4, 5], from: '09:00', to: '21:00' },
  valid_from: null,
  valid_to: null,
  limit: { times: 1, per_seconds: 86400 },
  reactions: [
    {
      key: 'thanks',
      kind: 'message',
      channel: 'preferred',
      template: 'thank-you',
      class: 'functional',
      after_seconds: 0,
      unless: null,
    },
    {
      key: 'offer',
      kind: 'message',
      channel: 'preferred',
      template: 'curtains-offer',
      class: 'marketing',
      after_seconds: 604800,
      unless: { event: 'purchase' },
    },
  ],
  on_error: 'continue',
  goal: { event: 'purchase', within_seconds: 1209600 },
  tests: [
    {
      name: 'Крупная покупка',
      event: { amount: 150000, category: 'furniture' },
      customer: { tier: 'gold' },
      expect: { matched: true, reactions: ['thanks', 'offer'] },
    },
  ],
};
const table = {
  ...document,
  criteria: {
    kind: 'table',
    table: {
      hitPolicy: 'first',
      inputs: [
        { id: 'a', name: 'Сумма', field: 'event.amount' },
        { id: 'b', name: 'Уровень', field: 'customer.tier' },
      ],
      outputs: [{ id: 'r', name: 'reaction', field: 'reaction' }],
      rules: [
        { _id: '1', a: '>= 1000000', b: '"gold"', r: '"thanks"' },
        { _id: '2', a: '>= 100000', b: '', r: '"thanks"' },
        { _id: '3', a: '> 500000', b: '"silver"', r: '"offer"' },
        { _id: '4', a: '', b: '', r: '' },
      ],
    },
  },
};
const rule = (n, name, state, more = {}) => ({
  id: id(n),
  name,
  description: '',
  state,
  running: state === 'live' ? 'live' : null,
  refused: null,
  document,
  version: 3,
  live_version: null,
  challenger: null,
  author: 'Dilnoza Rashidova',
  faults: [],
  updated_at: ago(n * 5000),
  counters: { seen: 0, matched: 0, reacted: 0, failed: 0 },
  ...more,
});
const rules = [
  rule(1, 'Мебель: спасибо и предложение', 'live', {
    description: 'После крупной покупки мебели благодарим, через неделю предлагаем шторы',
    live_version: 2,
    challenger: { version: 3, percent: 20 },
    counters: { seen: 128430, matched: 5120, reacted: 9874, failed: 3 },
  }),
  rule(2, 'Welcome in roaming', 'draft', { document: { ...document, event: 'roaming.arrived' } }),
  rule(3, 'Скидка по таблице', 'in_test', { document: table }),
  rule(4, 'Cart reminder', 'approved', {
    document: {
      ...document,
      event: 'cart.left',
      criteria: { kind: 'expression', text: 'event.total > 50000' },
    },
  }),
];
const faultsOf = (content) => {
  const text = JSON.stringify(content);
  const faults = [];
  if (text.includes('customer.agee'))
    faults.push({
      severity: 'error',
      code: 'unknown_field',
      pointer: '/criteria/group/all/3/field',
      message: 'There is no field customer.agee.',
      example: 'customer.age',
    });
  if (content.criteria.kind === 'table')
    faults.push({
      severity: 'warning',
      code: 'row_never_fires',
      pointer: '/criteria/table/rules/2',
      message: 'Row 3 can never fire: row 2 fits everything before it.',
      example: { event: { amount: 600000 }, customer: { tier: 'silver' } },
    });
  return faults;
};

const inputs = { 'event.amount': 50000, 'event.category': 'furniture', 'customer.tier': 'gold' };
const decisions = Array.from({ length: 12 }, (_, n) => ({
  rule_id: rules[0].id,
  rule_name: rules[0].name,
  version: 2,
  variant: n % 3 ? 'a' : 'b',
  event_id: id(60 + n),
  customer_id: id(80 + n),
  customer_name: ['Азиза Каримова', 'Наталья Морозова', 'Boris Petrov'][n % 3],
  occurred_at: ago(n * 37),
  decided_at: ago(n * 37),
  matched: n % 4 === 0,
  verdict: n % 4 === 0 ? 'matched' : n % 4 === 1 ? 'criteria' : 'outside_hours',
  inputs,
  rows: null,
  fault: null,
  reactions: n % 4 === 0 ? ['thanks', 'offer'] : [],
}));
const versions = [3, 2, 1].map((number) => ({
  version: number,
  author: id(1),
  approver: id(2),
  launcher: id(2),
  launched_at: ago((4 - number) * 90000),
  document: { ...document, limit: number === 1 ? null : document.limit, tests: [] },
}));
const results = {
  variants: [
    ['a', 2, 4012, 0.061, 0.054, 0.069],
    ['b', 3, 1008, 0.094, 0.077, 0.113],
  ].map(([variant, version, customers, rate, low, high]) => ({
    variant,
    version,
    customers,
    seen: customers * 20,
    matched: customers,
    reacted: customers,
    converted: Math.round(customers * rate),
    rate,
    low,
    high,
  })),
  difference: { value: 0.033, p_value: 0.0004, verdict: 'b' },
};
let started = 0;
const simulation = () => {
  const share = Math.min(1, (Date.now() - started) / 3000);
  return {
    state: share < 1 ? 'running' : 'done',
    seen: Math.round(48210 * share),
    total: 48210,
    matched: Math.round(1904 * share),
    customers: Math.round(1533 * share),
    reactions: { thanks: Math.round(1904 * share), offer: Math.round(1204 * share) },
    examples: decisions.slice(0, 5).map((one) => ({
      event_id: one.event_id,
      customer_id: one.customer_id,
      customer_name: one.customer_name,
      occurred_at: one.decided_at,
      reactions: ['thanks', 'offer'],
    })),
    would_not: [
      { reason: 'criteria', count: Math.round(40100 * share) },
      { reason: 'outside_hours', count: Math.round(6206 * share) },
    ],
  };
};
const tables = [
  {
    name: 'cities',
    title: 'Города',
    version: 1,
    columns: [
      { key: 'name', title: 'Название', type: 'text' },
      { key: 'people', title: 'Население', type: 'number' },
    ],
    rows: [
      { key: '1726', name: 'Ташкент', people: 2860600 },
      { key: '1718', name: 'Самарканд', people: 551700 },
      { key: '1706', name: 'Бухара', people: 285000 },
    ],
  },
];
const outside = decisions.map((one) => ({
  event_id: one.event_id,
  kind: 'purchase',
  journal: 'outside',
  subject: one.customer_id,
  occurred_at: one.decided_at,
  author: { kind: 'system' },
  payload: {
    source: 'shop/17',
    id: one.event_id,
    subject: { kind: 'phone', value: '+998901234567' },
    customer_id: one.customer_id,
    data: { amount: 50000, category: 'furniture', items: 3 },
    depth: 0,
  },
}));
const letters = [
  {
    id: id(91),
    origin: 'http',
    reason: '/data/amount: must be a number',
    detail: 'The event does not fit the schema of purchase.',
    payload: { type: 'purchase', data: { amount: 'many' } },
    state: 'open',
    attempts: 1,
    created_at: ago(4000),
  },
];

function ofRule([key, act, number], method, body) {
  const found = rules.find((one) => one.id === key);
  if (!found) return [404, { code: 'not-found', status: 404 }];
  if (method === 'PUT')
    return [
      200,
      Object.assign(found, body, { version: found.version + 1, faults: faultsOf(body.document) }),
    ];
  if (method === 'DELETE') return [204, rules.splice(rules.indexOf(found), 1) && undefined];
  const next = {
    'ask-approval': 'in_test',
    approve: 'approved',
    refuse: 'draft',
    launch: 'live',
    pause: 'paused',
    resume: 'live',
    stop: 'stopped',
  }[act];
  if (next)
    return [
      200,
      Object.assign(found, {
        state: next,
        running: ['live', 'paused', 'stopped'].includes(next) ? next : found.running,
        ...(act === 'launch' ? { live_version: found.version } : {}),
      }),
    ];
  if (act === 'simulations' && method === 'POST') {
    started = Date.now();
    return [202, { id: id(99) }];
  }
  if (act === 'simulations') return number ? [200, simulation()] : [204];
  if (act === 'versions') return [200, { items: versions, next: null }];
  if (act === 'results') return [200, results];
  if (act === 'decisions') return [200, { items: decisions, next: null }];
  if (act === 'export') return [200, found];
  if (found.state === 'live') found.counters.seen += 3;
  return [200, found];
}

/** What the mock answers: status and body; nothing when the path is none of these. */
export function automation(path, method, query, body) {
  const [name, ...rest] = path.split('/');
  const list = (items) => [200, { items, next: null }];
  const q = (query.get('q') ?? '').toLowerCase();
  if (name === 'rules' && rest[0] === 'check') return [200, { faults: faultsOf(body.document) }];
  if (name === 'rules' && rest[0] === 'try')
    return [
      200,
      {
        matched: false,
        variant: null,
        faults: [],
        trace: { verdict: 'criteria', inputs },
        reactions: [],
      },
    ];
  if (name === 'rules' && method === 'POST' && (rest.length === 0 || rest[0] === 'import')) {
    const made = rule(rules.length + 1, body.name, 'draft', { document: body.document });
    rules.push(made);
    return [201, made];
  }
  if (name === 'rules' && rest.length > 0) return ofRule(rest, method, body);
  if (name === 'rules')
    return list(
      rules.filter(
        (one) =>
          one.name.toLowerCase().includes(q) &&
          (!query.get('state') || one.state === query.get('state')),
      ),
    );
  if (name === 'rule-fields') return list(fields);
  if (name === 'event-types')
    return method === 'GET' ? list(types) : [200, Object.assign(body, { version: 1 })];
  if (name === 'event-consumers')
    return list([
      { name: 'rules', lag: 0, moved_at: ago(1), failing: null },
      { name: 'webhooks', lag: 2310, moved_at: ago(30), failing: null },
    ]);
  if (name === 'dead-letters')
    return method === 'GET' ? list(query.get('state') === 'open' ? letters : []) : [204];
  if (name === 'reference-tables')
    return rest[0] ? [200, tables[0]] : method === 'GET' ? list(tables) : [201, body];
  if (name === 'events' && rest[1] === 'decisions') return list(decisions.slice(0, 2));
  if (name === 'events' && query.get('journal') === 'outside') return list(outside);
  if (name === 'events' && method === 'POST')
    return [202, { results: [{ id: '1', status: 'accepted' }] }];
  return undefined;
}
