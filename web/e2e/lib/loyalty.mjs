// People, members and rules of a loyalty programme, over the API.
import assert from 'node:assert/strict';
import { FRESH } from './admin.mjs';
import { until } from './wait.mjs';

const json = async (answer) => {
  const text = await answer.text();
  assert.ok(answer.ok, `${answer.url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
};

/** What journeys ask of the server as a person. */
export class Api {
  constructor(server, fetched) {
    this.server = server;
    this.fetched = fetched;
  }

  async get(path) {
    return json(await this.fetched(path));
  }

  async post(path, body = {}) {
    return json(await this.fetched(path, { method: 'POST', body, headers: { 'idempotency-key': crypto.randomUUID() } }));
  }

  async put(path, version, body) {
    return json(await this.fetched(path, { method: 'PUT', body, headers: { 'if-match': `"${version}"` } }));
  }

  /** Somebody with one of the roles that a new installation has, and a password that was changed already. */
  async person(name, login, role, { unit, operations } = {}) {
    const { items: units } = await this.get('/units');
    const place = unit ?? units.find((one) => !one.parent_id)?.unit_id ?? units[0].unit_id;
    const { items: roles } = await this.get('/roles?limit=100');
    const known = roles.find((one) => one.name === role) ?? (await this.post('/roles', { name: role, operations }));
    const grants = [{ role_id: known.role_id, unit_id: place }];
    const added = await this.post('/people', { name, login, locale: 'ru', unit_id: place, roles: grants });
    const first = await this.server.signIn(login, added.password);
    await json(await first('/session/password', { method: 'POST', body: { current: added.password, new: FRESH } }));
    return new Api(this.server, await this.server.signIn(login, FRESH));
  }

  /** A rule that shipped with the server, or that somebody made. */
  ruleNamed(name) {
    return until(`the rule “${name}” is there`, async () => {
      const { items } = await this.get(`/rules?q=${encodeURIComponent(name)}&limit=50`);
      return items.find((one) => one.name === name);
    });
  }

  /** Such a rule, approved by somebody else than who asked, and live. */
  async launch(name, asker) {
    const rule = await this.ruleNamed(name);
    await asker.post(`/rules/${rule.id}/ask-approval`);
    await this.post(`/rules/${rule.id}/approve`);
    await this.post(`/rules/${rule.id}/launch`);
    return rule.id;
  }

  /** A rule of its own, launched as others are. */
  async rule(name, document, maker) {
    await maker.post('/rules', { name, description: '', document });
    return this.launch(name, maker);
  }

  /** Reports an event of another system, as CloudEvents over HTTP. */
  async event(type, id, subject, data) {
    const event = { specversion: '1.0', id, source: 'shop/17', type, subject, data };
    const headers = { 'content-type': 'application/cloudevents+json', 'idempotency-key': crypto.randomUUID() };
    const { results } = await json(await this.fetched('/events', { method: 'POST', body: event, headers }));
    assert.equal(results[0].status, 'accepted', JSON.stringify(results));
    return results[0].event_id;
  }

  /** Registers a member with one service; one without a phone is known by number and e-mail. */
  member(name, phone, { email, number, language, birth_date, line = 'mobile', ...more } = {}) {
    return this.post('/loyalty/accounts', {
      ...(number ? { number } : {}),
      participant: { name, phone, email, language, birth_date },
      services: [{ code: `S-${(phone ?? number).slice(-7)}`, name: line, user_id: phone ?? email, line }],
      ...more,
    });
  }

  /** Reports a purchase; waits until a rule that was launched just now gives for it. */
  purchase(account, receipt, amount) {
    return this.activity(account, 'purchase', receipt, { amount, receipt });
  }

  /** The same for whatever else earns. */
  activity(account, kind, id, data) {
    return until(`the ${kind} ${id} gives points`, async () => {
      const made = await this.post('/loyalty/activities', { account, kind, source: 'till-1', id, data });
      return made.accrued.length > 0 && made;
    });
  }

  /** Waits until no message (to an address) is on its way: a server that ends in the middle may send it again. */
  settled(address = '') {
    return until(`the messages to ${address || 'all'} are sent`, async () => {
      const { items } = await this.get(`/messages?q=${encodeURIComponent(address)}&limit=100`);
      return items.length > 0 && items.every(({ state }) => ['sent', 'delivered'].includes(state));
    });
  }

  /** The same data at another time, and who asks signed in again; how many seconds it took. */
  async again(clock, login = 'administrator') {
    const from = Date.now();
    await this.server.startAgain(clock);
    this.fetched = await this.server.signIn(login, FRESH);
    return (Date.now() - from) / 1000;
  }

  /** Has files of these types read in the programme, as their usual structures say. */
  async structures(...kinds) {
    const { items } = await this.get('/loyalty/programmes');
    for (const { kind, usual } of await this.get('/loyalty/file-kinds'))
      if (kinds.length === 0 || kinds.includes(kind))
        await this.post('/loyalty/file-structures', { ...usual, programme_id: items[0].id, title: kind, active: true });
  }

  /** A file that other systems brought, the newest of its name, once it is as awaited. */
  file(name, ready = (file) => file.state !== 'running', options) {
    let last;
    return until(
      `the file ${name} is as awaited`,
      async () => {
        const { items } = await this.get('/loyalty/files?limit=100');
        last = items.find((one) => one.name === name);
        return last && ready(last) && last;
      },
      options,
    ).catch((error) => {
      throw new Error(`${error.message}: ${JSON.stringify(last)}`);
    });
  }

  async points(account) {
    const { balances } = await this.get(`/loyalty/accounts/${account}/balance`);
    return balances.find((one) => one.bonus_type === 'points');
  }
}

/** The words of the main menu that this person sees. */
export async function menuOf(page) {
  await page.locator('.bar nav a').first().waitFor();
  return page.locator('.bar nav a').allInnerTexts();
}
/** The words of the row of links below it. */
export async function sectionsOf(page) {
  await page.locator('.subnav a').first().waitFor();
  return page.locator('.subnav a').allInnerTexts();
}
