// The administrator of a fresh server, over the API.
import { until } from './wait.mjs';

/** What the administrator's password is changed to. */
export const FRESH = 'Journey-Trunkline-7';

/** The login and password that the first start prints. */
export function firstSignIn(server) {
  const found = /sign in +(\S+) +(\S+)/.exec(server.log);
  if (!found) throw new Error(`no sign-in was printed:\n${server.log.slice(0, 2000)}`);
  return { login: found[1], password: found[2] };
}

/** Signs the administrator in and changes the password that was shown: a function that fetches with the session. */
export async function administrator(server) {
  const { login, password } = await until('the sign-in is printed', () => firstSignIn(server));
  const api = await server.signIn(login, password);
  const changed = await api('/session/password', { method: 'POST', body: { current: password, new: FRESH } });
  if (!changed.ok) throw new Error(`the password is not changed: ${changed.status} ${await changed.text()}`);
  return server.signIn(login, FRESH);
}

/** Changes fields of a queue found by its name. */
export async function changeQueue(api, name, fields) {
  const { items } = await (await api('/queues')).json();
  const queue = items.find((one) => one.name === name);
  const found = await api(`/queues/${queue.queue_id ?? queue.id}`);
  const { queue_id, id, version, ...now } = await found.json();
  const answer = await api(`/queues/${queue_id ?? id}`, {
    method: 'PUT',
    headers: { 'if-match': found.headers.get('etag') },
    body: { ...now, ...fields },
  });
  if (!answer.ok) throw new Error(`queue ${name}: ${answer.status} ${await answer.text()}`);
}

/** The newest contact of a caller, once `ready` says that it is as awaited. */
export function contactOf(api, caller, ready = (contact) => contact.outcome) {
  let last;
  return until(`the contact of ${caller} is as awaited`, async () => {
    const { items } = await (await api('/contacts?limit=20')).json();
    last = items.find((contact) => contact.caller === `+${caller}`);
    return last && ready(last) && last;
  }).catch((error) => {
    throw new Error(`${error.message}: ${JSON.stringify(last)}`);
  });
}

/** Gives a role more operations than it has. */
export async function allow(api, name, operations) {
  const { items } = await (await api('/roles?limit=100')).json();
  const { role_id, version, operations: has } = items.find((one) => one.name === name);
  const answer = await api(`/roles/${role_id}`, {
    method: 'PUT',
    headers: { 'if-match': `"${version}"` },
    body: { name, operations: [...new Set([...has, ...operations])] },
  });
  if (!answer.ok) throw new Error(`role ${name}: ${answer.status} ${await answer.text()}`);
}
