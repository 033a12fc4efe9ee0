// The live topics of the mock: a small room that lives by itself, and a desk that can be clicked through.
import { ago, customers, operators, queues, reasons } from './data.mjs';

const iso = () => new Date().toISOString();
const pick = (list) => list[Math.floor(Math.random() * list.length)];

export const board = {
  day_started_at: new Date(
    Math.floor((Date.now() + 5 * 3600e3) / 86400e3) * 86400e3 - 5 * 3600e3,
  ).toISOString(),
  totals: {
    waiting: 7,
    longest_since: ago(48),
    offered: 1312,
    answered: 1240,
    answered_in_time: 1041,
    abandoned: 72,
    abandoned_short: 19,
    service_level: 80.5,
    service_level_strict: 79.3,
    in_ivr: 11,
    talking: 23,
  },
  queues: Object.fromEntries(
    queues.map((queue, index) => [
      queue.id,
      {
        name: queue.name,
        waiting: [4, 2, 0, 1, 0, 0][index],
        ...([4, 2, 0, 1][index] ? { longest_since: ago(48 - index * 12) } : {}),
        estimated_wait_seconds: 30 + index * 20,
        offered: 300 - index * 20,
        answered: 280 - index * 20,
        answered_in_time: 230 - index * 20,
        abandoned: 20 - index,
        abandoned_short: 4,
        service_level: 84 - index * 5,
        service_level_strict: 81 - index * 5,
        target_seconds: 20,
        target_percent: 80,
        ready: index === 3 ? 0 : 3,
        talking: index === 3 ? 0 : 5,
      },
    ]),
  ),
  operators: {
    ready: 6,
    ringing: 2,
    on_contact: 21,
    held: 2,
    wrap_up: 5,
    not_ready: 4,
    not_responding: 1,
    disconnected: 3,
  },
  series: {
    waiting: Array.from({ length: 30 }, (_, n) => Math.round(5 + 4 * Math.sin(n / 4))),
    service_level: Array.from({ length: 30 }, (_, n) => Math.round(82 + 6 * Math.cos(n / 5))),
  },
};

const today = (n) => ({
  handled: 20 + n,
  missed: n % 3,
  talk_seconds: 4000 + n * 210,
  wrap_up_seconds: 900,
  ready_seconds: 5000,
  not_ready_seconds: 1500,
});
const STATES = [
  'on_contact',
  'ready',
  'on_contact',
  'wrap_up',
  'not_ready',
  'on_contact',
  'not_responding',
  'ringing',
  'on_contact',
];
const caller = (n) =>
  n % 3
    ? { number: `+99890${1234567 + n * 331}`, vip: false }
    : {
        number: '+998901234567',
        name: customers[0].name,
        customer_id: customers[0].id,
        kind: 'individual',
        vip: true,
        language: 'uz',
      };
export const floor = {
  operators: Object.fromEntries(
    operators.map((operator, n) => [
      operator.id,
      {
        name: operator.name,
        login: operator.login,
        unit: 'Subscribers',
        state: STATES[n],
        ...(STATES[n] === 'not_ready' ? { reason: reasons[0] } : {}),
        since: ago(20 + n * 71),
        queues: operator.queues,
        ...(STATES[n] === 'on_contact'
          ? {
              contact: {
                contact_id: '00000000-0000-7000-8000-000000000060',
                caller: caller(n),
                queue: { id: queues[0].id, name: queues[0].name },
                since: ago(20 + n * 71),
                state: n === 5 ? 'held' : 'talking',
              },
            }
          : {}),
        today: today(n),
      },
    ]),
  ),
  calls: Object.fromEntries(
    Array.from({ length: 9 }, (_, n) => [
      `call-${n}`,
      {
        stage: [
          'ivr',
          'queued',
          'queued',
          'offered',
          'talking',
          'talking',
          'held',
          'wrap_up',
          'queued',
        ][n],
        caller: caller(n),
        ...(n ? { queue: { id: queues[n % 3].id, name: queues[n % 3].name } } : {}),
        ...(n > 3 ? { operator: { id: 'x', name: operators[n % 5].name } } : {}),
        since: ago(8 + n * 9),
        arrived_at: ago(30 + n * 11),
      },
    ]),
  ),
  queues: board.queues,
};

const card = () => ({
  contact_id: crypto.randomUUID(),
  channel: 'voice',
  direction: 'inbound',
  queue: { id: queues[0].id, name: queues[0].name },
  caller: caller(0),
  dialled: '1000',
  arrived_at: ago(50),
  queued_at: ago(34),
});

/** A desk with the answers of a friendly server. `change` tells the browser. */
export function makeDesk(change, scene) {
  const desk = {
    operator: { id: operators[0].id, name: operators[0].name, login: 'operator' },
    presence: { state: 'not_ready', reason: reasons[0], since: ago(75) },
    phone: { state: 'connected', since: ago(70) },
    queues: Object.fromEntries(
      queues.slice(0, 4).map((queue, n) => [
        queue.id,
        {
          name: queue.name,
          waiting: [4, 2, 0, 1][n],
          ...([4, 2, 0, 1][n] ? { longest_since: ago(48 - n * 12) } : {}),
        },
      ]),
    ),
    today: today(4),
  };
  const to = (state) => {
    desk.presence = { state, since: iso() };
  };
  const offer = () => {
    desk.offer = { id: crypto.randomUUID(), contact: card(), expires_at: ago(-20) };
    to('ringing');
  };
  const talk = () => {
    desk.contact = {
      card: desk.offer?.contact ?? card(),
      state: 'talking',
      muted: false,
      answered_at: iso(),
    };
    delete desk.offer;
    to('on_contact');
  };
  const wrap = () => {
    desk.contact = {
      ...desk.contact,
      state: 'wrap_up',
      ended_at: iso(),
      ended_by: 'operator',
      wrap_up: { until: ago(-60), mandatory: true },
    };
    to('wrap_up');
  };
  const commands = {
    'presence.set': ({ state, reason_id }) => {
      if (desk.contact || desk.offer) {
        desk.presence.next = { state, reason: reasons.find((reason) => reason.id === reason_id) };
        return;
      }
      to(state);
      if (reason_id) desk.presence.reason = reasons.find((reason) => reason.id === reason_id);
      if (state === 'ready')
        setTimeout(() => {
          offer();
          change();
        }, 2000);
    },
    'offer.accept': talk,
    'offer.reject': () => {
      delete desk.offer;
      to('not_responding');
    },
    'call.hold': () => Object.assign(desk.contact, { state: 'held', held_since: iso() }),
    'call.resume': () => {
      desk.contact.state = 'talking';
      delete desk.contact.held_since;
    },
    'call.mute': ({ on }) => {
      desk.contact.muted = on;
    },
    'call.hang_up': wrap,
    'wrap_up.extend': () => {
      desk.contact.wrap_up.until = ago(-120);
    },
    'wrap_up.complete': () => {
      delete desk.contact;
      to('ready');
    },
    'phone.disconnect': () => {},
    'presence.sign_out': () => {},
  };
  if (scene === 'offer') offer();
  if (scene === 'talk' || scene === 'held' || scene === 'wrap') talk();
  if (scene === 'held') commands['call.hold']();
  if (scene === 'wrap') wrap();
  if (scene === 'ready') to('ready');
  return { desk, commands };
}

/** Something moves every 400 ms. */
export function stir() {
  const totals = board.totals;
  totals.waiting = Math.max(0, totals.waiting + pick([-1, 0, 0, 1]));
  totals.talking = Math.max(0, totals.talking + pick([-1, 0, 1]));
  totals.in_ivr = Math.max(0, totals.in_ivr + pick([-1, 0, 1]));
  if (totals.waiting > 0) totals.longest_since ??= iso();
  else delete totals.longest_since;
}
