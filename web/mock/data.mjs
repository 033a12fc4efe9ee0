// The in-memory organisation of the mock server. For looking at pages only; nothing of it ships.
import { randomUUID } from 'node:crypto';

const names = (en, ru, uz) => ({ en, ru, uz });
let counter = 0;
/** Stable ids, so that a reload of the mock keeps links working. */
export const id = () => {
  counter += 1;
  return `00000000-0000-7000-8000-${String(counter).padStart(12, '0')}`;
};
/** Some records name their id after themselves. */
const as = (name, object) => ({ [name]: object.id, ...object });
const v = (object) => ({ id: id(), version: 1, ...object });
export const ago = (seconds) => new Date(Date.now() - seconds * 1000).toISOString();

export const operations = [
  'session.self desk.use board.read floor.read recording.play audit.read',
  'flow.publish task.use connector.read connector.write',
  ...[
    'person',
    'unit',
    'role',
    'people_group',
    'api_key',
    'queue',
    'skill',
    'operator',
    'trunk',
    'number',
    'prompt',
    'flow',
  ].map((name) => `${name}.read ${name}.write`),
  'structure.write event.send message.read message.send',
  ...['card', 'template', 'link', 'webhook', 'rule', 'event_type', 'connector'].map(
    (name) => `${name}.read ${name}.write`,
  ),
  ...['contact', 'customer', 'log', 'classifier'].map((name) => `${name}.read ${name}.write`),
]
  .flatMap((line) => line.split(' '))
  .map((name) => ({
    name,
    group: name.split('.')[0],
    description: `May ${name.replace('.', ': ')}`,
  }));

const all = operations.map((operation) => operation.name);
const unit = (object) => as('unit_id', v(object));
export const units = [unit({ name: 'Contact centre', parent_id: null })];
units.push(
  unit({ name: 'Subscribers', parent_id: units[0].id }),
  unit({ name: 'Business', parent_id: units[0].id }),
);
const role = (object) => as('role_id', v({ is_built_in: false, ...object }));
export const roles = [
  role({ name: 'Administrator', operations: all }),
  role({
    name: 'Supervisor',
    operations: all.filter((name) => /read|floor|board|play|self/.test(name)),
  }),
  role({
    name: 'Operator',
    operations: ['session.self', 'desk.use', 'contact.read', 'customer.read', 'classifier.read'],
  }),
];
export const skills = [
  v({ name: names('Uzbek', 'Узбекский', 'Oʻzbekcha') }),
  v({ name: names('Russian', 'Русский', 'Ruscha') }),
  v({ name: names('Internet faults', 'Неисправности интернета', 'Internet nosozliklari') }),
];
const queue = (name, priority) =>
  v({
    name,
    skills: [{ skill_id: skills[0].id, level: 3 }],
    ring_seconds: 20,
    wrap_up_seconds: 60,
    wrap_up_mandatory: true,
    target_seconds: 20,
    target_percent: 80,
    short_abandon_seconds: 5,
    waiting_max: 200,
    priority,
    unit_id: units[1].id,
  });
export const queues = [
  queue('Tariffs and balance', 0),
  queue('Technical support', 0),
  queue('Business customers', 5),
  queue('Roaming', 0),
  queue('Complaints', 2),
  queue('Sales', 1),
];
const people = [
  ['admin', 'Aziza Karimova'],
  ['operator', 'Dilnoza Rahimova'],
  ['supervisor', 'Sergey Ivanov'],
  ['jasur', 'Jasur Toʻxtayev'],
  ['elena', 'Елена Константинопольская'],
  ['malika', 'Malika Yusupova'],
  ['timur', 'Timur Alimov'],
  ['olga', 'Ольга Ким'],
  ['bobur', 'Bobur Qodirov'],
  ['nargiza', 'Nargiza Saidova'],
];
export const persons = people.map(([login, name], index) =>
  as('person_id', {
    ...v({
      login,
      name,
      personnel_number: String(1000 + index),
      sip_number: index > 0 ? String(200 + index) : null,
      locale: index % 2 ? 'uz' : 'ru',
      unit_id: units[index % 3].id,
      roles: [{ role_id: roles[Math.min(index, 2)].id, unit_id: units[0].id }],
      locked_until: index === 6 ? ago(-900) : null,
      is_disabled: index === 8,
    }),
  }),
);
export const operators = persons.slice(1).map((person, index) => ({
  id: person.id,
  version: 1,
  status: 'ready',
  name: person.name,
  login: person.login,
  sip_number: person.sip_number,
  queues: queues.slice(0, 1 + (index % 4)).map((one) => one.id),
  skills: skills.map((skill, n) => ({ skill_id: skill.id, level: 1 + ((index + n) % 5) })),
  receives_incoming: true,
  sends_outgoing: index % 2 === 0,
  wrap_up_mandatory: true,
}));
export const reasons = [
  v({ code: 'lunch', name: names('Lunch', 'Обед', 'Tushlik') }),
  v({ code: 'break', name: names('Short break', 'Короткий перерыв', 'Qisqa tanaffus') }),
  v({ code: 'training', name: names('Training', 'Обучение', 'Oʻqish') }),
];
export const topics = [
  v({
    name: names('Balance and tariffs', 'Баланс и тарифы', 'Balans va tariflar'),
    parent_id: null,
  }),
  v({ name: names('Faults', 'Неисправности', 'Nosozliklar'), parent_id: null }),
];
topics.push(
  v({
    name: names('Wrong charge', 'Неверное списание', 'Notoʻgʻri yechib olish'),
    parent_id: topics[0].id,
  }),
  v({
    name: names('Change of tariff', 'Смена тарифа', 'Tarifni almashtirish'),
    parent_id: topics[0].id,
  }),
  v({ name: names('No internet', 'Нет интернета', 'Internet yoʻq'), parent_id: topics[1].id }),
);
export const results = [
  v({ name: names('Solved', 'Решено', 'Hal qilindi') }),
  v({ name: names('Passed on', 'Передано', 'Topshirildi') }),
  v({ name: names('Call back', 'Перезвонить', 'Qayta qoʻngʻiroq') }),
];
export const trunks = [
  v({
    name: 'City exchange',
    kind: 'address',
    addresses: ['10.20.0.0/16'],
    username: null,
    calls_max: 120,
    enabled: true,
  }),
  v({
    name: 'Spare provider',
    kind: 'digest',
    addresses: [],
    username: 'tl-77',
    calls_max: 30,
    enabled: false,
  }),
];
export const numbers = [
  v({ number: '1000', flow: 'demo-ivr', description: 'Demo line', enabled: true }),
  v({ number: '+998712000000', flow: 'night', description: 'Night line', enabled: false }),
];
export const flows = [
  {
    name: 'demo-ivr',
    file: 'flows/demo-ivr.flow.json',
    version: 3,
    nodes: 18,
    loaded_at: ago(4000),
    error: null,
  },
  {
    name: 'night',
    file: 'flows/night.flow.json',
    version: 1,
    nodes: 4,
    loaded_at: ago(90000),
    error:
      'flows/night.flow.json: node "greeting", field "prompt": there is no prompt named "nigt"',
  },
];
const prompt = (name, texts) =>
  Object.entries(texts).map(([locale, text]) => ({
    name,
    locale,
    text,
    seconds: text.length / 14,
  }));
export const prompts = [
  ...prompt(
    'greeting',
    names(
      'Welcome. You are through to the demonstration line.',
      'Здравствуйте. Вы позвонили на демонстрационную линию.',
      'Assalomu alaykum. Siz namoyish liniyasiga qoʻngʻiroq qildingiz.',
    ),
  ),
  ...prompt(
    'menu',
    names(
      'For tariffs press one, for support press two.',
      'Тарифы: нажмите один, поддержка: нажмите два.',
      'Tariflar uchun birni, yordam uchun ikkini bosing.',
    ),
  ),
];
export const customers = [
  v({
    kind: 'individual',
    name: 'Каримов Отабек',
    vip: true,
    language: 'uz',
    identifiers: [{ kind: 'phone', value: '+998901234567' }],
  }),
  v({
    kind: 'organisation',
    name: 'Samarqand Tekstil MChJ',
    vip: false,
    language: 'ru',
    identifiers: [
      { kind: 'phone', value: '+998662330011' },
      { kind: 'contract', value: 'B-10442' },
    ],
  }),
];
const outcomes = ['answered', 'answered', 'answered', 'abandoned', 'ivr_completed'];
export const contacts = Array.from({ length: 60 }, (_, index) => {
  const outcome = outcomes[index % 5];
  const answered = outcome === 'answered';
  const operator = operators[index % operators.length];
  return {
    id: id(),
    channel: 'voice',
    direction: 'inbound',
    caller: index % 4 ? `+99890${String(1234567 + index * 7919).slice(0, 7)}` : '+998901234567',
    dialled: '1000',
    customer_id: index % 4 ? null : customers[0].id,
    customer_name: index % 4 ? null : customers[0].name,
    queue_id: outcome === 'ivr_completed' ? null : queues[index % 4].id,
    queue_name: outcome === 'ivr_completed' ? null : queues[index % 4].name,
    operator_id: answered ? operator.id : null,
    operator_name: answered ? operator.name : null,
    outcome,
    arrived_at: ago(600 + index * 433),
    answered_at: answered ? ago(580 + index * 433) : null,
    ended_at: ago(400 + index * 433),
    wait_seconds: outcome === 'ivr_completed' ? null : 4 + ((index * 13) % 60),
    talk_seconds: answered ? 40 + ((index * 37) % 400) : null,
    topic_id: answered ? topics[2].id : null,
    result_id: answered ? results[0].id : null,
    note: answered && index % 3 === 0 ? 'Asked for the June invoice, sent to e-mail.' : '',
    has_recording: answered,
  };
});
export const apiKeys = [
  {
    api_key_id: id(),
    name: 'Data warehouse',
    operations: ['contact.read', 'queue.read'],
    created_at: ago(800000),
    expires_at: null,
  },
];
export const events = Array.from({ length: 40 }, (_, index) => ({
  event_id: id(),
  occurred_at: ago(index * 311),
  journal: ['activity', 'security', 'change', 'failure'][index % 4],
  kind: [
    'routing.contact_queued.v1',
    'access.signed_in.v1',
    'routing.queue_changed.v1',
    'telephony.trunk_lost.v1',
  ][index % 4],
  subject: randomUUID(),
  author:
    index % 4 === 3
      ? { kind: 'system' }
      : { kind: 'person', id: persons[index % persons.length].id },
  payload: { before: { ring_seconds: 15 }, after: { ring_seconds: 20 } },
}));
export const everything = all;

export const peopleGroups = [
  as(
    'people_group_id',
    v({
      name: 'Shift leaders',
      roles: [{ role_id: roles[1].id, unit_id: units[0].id }],
      members: persons.slice(0, 2).map((person) => person.person_id),
    }),
  ),
];
