// Structures, cards, messages and webhooks of the mock organisation.
import { ago, customers, id } from './data.mjs';

const t = (en, ru, uz) => ({ en, ru, uz });
const v = (object) => ({ id: id(), version: 1, ...object });
const attribute = (of, key, type, title, more = {}) =>
  v({
    of,
    key,
    type,
    title,
    unit: null,
    choices: [],
    link_to: null,
    required: false,
    unique: false,
    searchable: false,
    indexed: false,
    readers: null,
    editors: null,
    built_in: false,
    builds: [],
    position: 0,
    ...more,
  });
const choice = (value, ...title) => ({ value, title: t(...title) });

const attributes = [
  attribute('customer', 'tier', 'choice', t('Tier', 'Уровень', 'Daraja'), {
    indexed: true,
    built_in: true,
    choices: [
      choice('basic', 'Basic', 'Базовый', 'Asosiy'),
      choice('silver', 'Silver', 'Серебряный', 'Kumush'),
      choice('gold', 'Gold', 'Золотой', 'Oltin'),
    ],
  }),
  attribute('customer', 'tariff', 'text', t('Tariff', 'Тариф', 'Tarif'), { searchable: true }),
  attribute('customer', 'arpu', 'decimal', t('ARPU', 'ARPU', 'ARPU'), {
    unit: 'UZS',
    indexed: true,
    builds: [{ what: 'index', state: 'running', done: 420, total: 1000, error: null }],
  }),
  attribute('customer', 'birthday', 'date', t('Birthday', 'День рождения', 'Tugʻilgan kun')),
  attribute('customer', 'interests', 'choices', t('Interests', 'Интересы', 'Qiziqishlar'), {
    choices: [
      choice('sport', 'Sport', 'Спорт', 'Sport'),
      choice('cinema', 'Cinema', 'Кино', 'Kino'),
      choice('travel', 'Travel', 'Путешествия', 'Sayohat'),
    ],
  }),
  attribute('customer', 'site', 'url', t('Web site', 'Сайт', 'Sayt')),
  attribute('vehicle', 'plate', 'text', t('Plate', 'Госномер', 'Davlat raqami'), {
    required: true,
    unique: true,
    searchable: true,
  }),
  attribute('vehicle', 'model', 'text', t('Model', 'Модель', 'Model')),
  attribute('vehicle', 'mileage', 'number', t('Mileage', 'Пробег', 'Masofa'), { unit: 'km' }),
];
attributes.forEach((one, index) => {
  one.position = index;
});
const cardKinds = [
  v({
    key: 'vehicle',
    title: t('Vehicle', 'Автомобиль', 'Avtomobil'),
    plural: t('Vehicles', 'Автомобили', 'Avtomobillar'),
    icon: 'car',
    title_template: '{{ model }}, {{ plate }}',
  }),
  v({
    key: 'device',
    title: t('Device', 'Устройство', 'Qurilma'),
    plural: t('Devices', 'Устройства', 'Qurilmalar'),
    icon: 'smartphone',
    title_template: '{{ imei }}',
  }),
];
const linkKinds = [
  v({
    key: 'owns',
    title: t('owns', 'владеет', 'egasi'),
    inverse: t('belongs to', 'принадлежит', 'tegishli'),
    from: 'customer',
    to: 'vehicle',
    cardinality: 'one_to_many',
  }),
  v({
    key: 'works_at',
    title: t('works at', 'работает в', 'ishlaydi'),
    inverse: t('employs', 'наняла', 'ishga olgan'),
    from: 'customer',
    to: 'customer',
    cardinality: 'many_to_many',
  }),
];
const cards = ['01 A 123 BC', '10 B 777 AA', '30 C 045 KK'].map((plate, index) =>
  v({
    kind: 'vehicle',
    title: `${['Cobalt', 'Malibu', 'Damas'][index]}, ${plate}`,
    attributes: {
      plate,
      model: ['Cobalt', 'Malibu', 'Damas'][index],
      mileage: 15000 * (index + 1),
    },
    created_at: ago(86400 * 30),
    updated_at: ago(3600 * (index + 1)),
  }),
);
const tiers = ['gold', 'silver', 'basic'];
customers.forEach((customer, index) => {
  customer.created_at = ago(86400 * 400 + index * 1000);
  customer.updated_at = ago(7200);
  customer.attributes = {
    tier: tiers[index % 3],
    tariff: 'Premium 100',
    arpu: 185000.5,
    birthday: '1990-02-28',
    interests: ['sport', 'travel'],
    site: 'https://example.uz/',
  };
});
const history = [
  {
    id: id(),
    at: ago(7200),
    by: 'Sergey Ivanov',
    kind: 'customer_changed',
    changes: [
      { field: 'attributes.tier', before: 'silver', after: 'gold' },
      { field: 'attributes.arpu', before: 120000, after: 185000.5 },
    ],
  },
  {
    id: id(),
    at: ago(86400),
    by: null,
    kind: 'customer_changed',
    changes: [{ field: 'attributes.interests', before: null, after: ['sport', 'travel'] }],
  },
  { id: id(), at: ago(86400 * 400), by: 'admin', kind: 'customer_created', changes: [] },
];

const templates = [
  v({
    name: 'purchase_thanks',
    title: 'Спасибо за покупку',
    class: 'functional',
    channels: {
      sms: {
        ru: { text: '{{ customer.name }}, спасибо за покупку на {{ event.amount }} сум!' },
        en: { text: '{{ customer.name }}, thank you for {{ event.amount }}!' },
      },
      email: {
        ru: {
          subject: 'Спасибо за покупку',
          text: 'Здравствуйте, {{ customer.name }}!',
          html: '<h1>Спасибо, {{ customer.name }}!</h1>',
        },
      },
    },
    fields: ['customer.name', 'event.amount'],
  }),
  v({
    name: 'spring_offer',
    title: 'Spring offer',
    class: 'marketing',
    channels: { sms: { en: { text: 'Hello' }, uz: { text: 'Salom' } } },
    fields: [],
  }),
];
const links = [
  v({
    kind: 'smpp',
    name: 'Uzmobile SMSC',
    enabled: true,
    settings: {
      host: '10.1.2.3',
      port: 2775,
      system_id: 'trunkline',
      bind: 'transceiver',
      window: 100,
      per_second: 500,
      sender: '1000',
    },
    state: { connected: true, since: ago(4000), error: null, pending: 12 },
  }),
  v({
    kind: 'smtp',
    name: 'Mail',
    enabled: true,
    settings: { host: 'mail.example.uz', port: 587, from: 'info@example.uz', per_second: 50 },
    state: {
      connected: false,
      since: ago(120),
      error: '421 Service not available, closing channel',
      pending: 0,
    },
  }),
];
const states = ['delivered', 'sent', 'queued', 'refused', 'undelivered', 'unknown'];
const messages = states.map((state, index) => ({
  id: id(),
  customer_id: index % 2 ? null : customers[0].id,
  customer_name: index % 2 ? null : customers[0].name,
  address: index === 4 ? 'aziza@example.com' : '+998901234567',
  channel: index === 4 ? 'email' : 'sms',
  template: 'purchase_thanks',
  class: index % 3 ? 'functional' : 'marketing',
  language: 'ru',
  subject: null,
  text: 'Каримов Отабек, спасибо за покупку на 50 000 сум!',
  html: null,
  state,
  reason: [null, null, null, 'missing_field', 'bounce', 'link_lost'][index],
  detail: [null, null, null, 'event.amount', '550 5.1.1 user unknown', null][index],
  created_at: ago(60 + index * 700),
  updated_at: ago(50 + index * 700),
  attempts: 1,
  tries: [
    {
      attempt: 1,
      link_id: links[0].id,
      started_at: ago(58),
      ended_at: ago(57),
      outcome: 'sent',
      code: null,
      detail: null,
    },
  ],
  receipts: [
    {
      received_at: ago(55),
      provider_id: '4f21',
      state: 'delivered',
      code: '000',
      raw: 'id:4f21 stat:DELIVRD err:000',
    },
  ],
}));
const webhooks = [
  v({
    url: 'https://crm.example.uz/hooks/trunkline',
    name: 'CRM',
    kinds: ['purchase', 'channels.message_delivered.v1'],
    enabled: true,
    disabled_reason: null,
  }),
];
const deliveries = ['delivered', 'failed', 'pending'].map((state, index) => ({
  id: id(),
  event_id: id(),
  kind: 'purchase',
  state,
  attempts: index + 1,
  last_status: [200, 503, null][index],
  last_error: [null, 'Service Unavailable', null][index],
  created_at: ago(60 * (index + 1)),
  due_at: ago(-30),
}));

export const recordCollections = {
  attributes,
  'card-kinds': cardKinds,
  'link-kinds': linkKinds,
  cards,
  templates,
  messages,
  links,
  webhooks,
};

const filled = (text) =>
  text
    .replaceAll('{{ customer.name }}', 'Aziza Karimova')
    .replaceAll('{{ event.amount }}', '50000');

/** What is no plain collection; nothing when the address is none of these. */
export function recordAnswer(request, path, query, body) {
  const [name, key, act] = path.split('/');
  const page = (items) => [200, { items, next: null }];
  if (act === 'history') return page(history);
  if (act === 'deliveries') return page(deliveries);
  if (name === 'links-of')
    return page([
      {
        id: id(),
        kind: 'owns',
        from: { of: 'customer', id: customers[0].id, title: customers[0].name },
        to: { of: 'vehicle', id: cards[0].id, title: cards[0].title },
      },
    ]);
  if (name === 'attributes' && !key && query.get('of'))
    return page(attributes.filter((one) => one.of === query.get('of')));
  if (name === 'records' && key === 'query')
    return [
      200,
      {
        columns: ['tier', 'count'],
        rows: body.group_by.length
          ? [
              ['gold', 1234],
              ['silver', 5230],
              ['basic', 18410],
              [null, 312],
            ]
          : [[25186]],
      },
    ];
  if (name === 'templates' && key === 'preview') {
    const part = body.template[body.channel]?.[body.language] ?? { text: '' };
    const text = filled(part.text);
    return [
      200,
      {
        subject: part.subject ? filled(part.subject) : null,
        text,
        html: part.html ? filled(part.html) : null,
        encoding: body.channel === 'sms' ? 'ucs2' : null,
        segments: 1,
        characters: text.length,
        missing: [],
      },
    ];
  }
  if (name === 'rule-fields')
    return [
      200,
      [
        { path: 'customer.name', title: 'Имя', type: 'text', group: 'customer' },
        { path: 'event.amount', title: 'Сумма', type: 'number', group: 'event' },
      ],
    ];
  if (name === 'structures')
    return [
      200,
      key === 'export'
        ? { version: 1, attributes, card_kinds: cardKinds, link_kinds: linkKinds }
        : { changes: [{ action: 'add', what: 'attribute', key: 'vip_since' }], faults: [] },
    ];
  void request;
  return undefined;
}
