/** Flows, their runs, tasks, scripts and connectors: the calls of the REST interface. */
import type { Page } from './contract';
import type * as f from './flow-types';
import { type Query, send } from './http';
import { type Collection, resource } from './query';
import type * as work from './work-types';

const of = (name: string) => `/flows/${encodeURIComponent(name)}`;

/** A list arrives as a page or bare. */
async function page<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Page<T>> {
  const found = await send<Page<T> | T[]>(path, { query, ...(signal ? { signal } : {}) });
  return Array.isArray(found) ? { items: found, next: null } : found;
}

export const listFlows = (signal?: AbortSignal) =>
  page<f.FlowRow>('/flows', { limit: 500 }, signal);
export const oneFlow = (name: string) => send<f.FlowRow & { definition?: f.Definition }>(of(name));
export const addFlow = (input: { name: string; kind: f.FlowKind; title: string }) =>
  send<f.FlowRow>('/flows', { method: 'POST', body: input });
export const removeFlow = (name: string) => send<void>(of(name), { method: 'DELETE' });
export const nodeTypes = async () => (await page<f.NodeType>('/flow-nodes')).items;
export const readDraft = (name: string) => send<f.Draft>(`${of(name)}/draft`);
export const saveDraft = (name: string, version: number, definition: f.Definition) =>
  send<f.Draft>(`${of(name)}/draft`, { method: 'PUT', version, body: { definition } });
export const checkFlow = (definition: f.Definition, signal?: AbortSignal) =>
  send<{ faults: f.Fault[] }>('/flows/check', {
    method: 'POST',
    body: { definition },
    ...(signal ? { signal } : {}),
  });
export const publishFlow = (name: string, note: string) =>
  send<f.Version>(`${of(name)}/publish`, { method: 'POST', body: { note } });
export const flowVersions = (name: string) => page<f.Version>(`${of(name)}/versions`);
export const flowVersion = (name: string, version: number) =>
  send<f.Version>(`${of(name)}/versions/${version}`);
export const rollBackFlow = (name: string, version: number) =>
  send<f.Version>(`${of(name)}/roll-back`, { method: 'POST', body: { version } });
export const tryFlow = (input: {
  definition: f.Definition;
  state: unknown;
  input: unknown;
  customer?: unknown;
}) => send<f.Trial>('/flows/try', { method: 'POST', body: input });
export const flowCounters = (name: string, signal?: AbortSignal) =>
  send<f.Counters>(`${of(name)}/counters`, signal ? { signal } : {});
export const startInstance = (
  name: string,
  input: { customer_id?: string; variables: Record<string, unknown> },
) => send<f.Instance>(`${of(name)}/instances`, { method: 'POST', body: input });
export const migrateFlow = (
  name: string,
  input: { from: number; to: number; nodes: Record<string, string>; dry_run: boolean },
) => send<f.MigrationReport>(`${of(name)}/migrations`, { method: 'POST', body: input });

export const listInstances = (query: Query, signal?: AbortSignal) =>
  page<f.Instance>('/flow-instances', query, signal);
export const oneInstance = (id: string) => send<f.Instance>(`/flow-instances/${id}`);
export const instanceAct = (id: string, act: 'retry' | 'cancel' | 'move', body: object = {}) =>
  send<f.Instance>(`/flow-instances/${id}/${act}`, { method: 'POST', body });

/** As many tasks as a page of the inbox shows. */
const TASKS_PER_PAGE = 200;
/** More open tasks than these are shown as "99+". */
const COUNTED_TASKS = 99;

export const listTasks = (query: Query, signal?: AbortSignal) =>
  page<work.Task>('/tasks', { limit: TASKS_PER_PAGE, ...query }, signal);
export const oneTask = (id: string) => send<work.Task>(`/tasks/${id}`);
export const taskAct = (
  id: string,
  act: 'take' | 'complete' | 'decide' | 'delegate',
  body: object = {},
) => send<work.Task>(`/tasks/${id}/${act}`, { method: 'POST', body });

export async function myOpenTasks(signal?: AbortSignal): Promise<{ n: number; more: boolean }> {
  const query = { mine: true, state: 'open', limit: COUNTED_TASKS };
  const found = await page<work.Task>('/tasks', query, signal);
  return { n: found.items.length, more: Boolean(found.next) };
}

export const readDeputies = () => page<work.Deputy>('/deputies');
export const saveDeputies = (items: work.Deputy[]) =>
  send<Page<work.Deputy>>('/deputies', { method: 'PUT', body: { items } });

export const listScripts = (query: Query = {}) => page<work.Script>('/scripts', query);
export const startScript = (input: { flow: string; contact_id?: string; customer_id?: string }) =>
  send<work.ScriptRun>('/script-runs', { method: 'POST', body: input });
export const readScript = (id: string) => send<work.ScriptRun>(`/script-runs/${id}`);
export const answerScript = (
  id: string,
  input: { values: Record<string, unknown>; button?: string },
) => send<work.ScriptRun>(`/script-runs/${id}/answer`, { method: 'POST', body: input });
export const backScript = (id: string) =>
  send<work.ScriptRun>(`/script-runs/${id}/back`, { method: 'POST', body: {} });
export const contactScripts = (contact: string) =>
  page<work.WalkedScript>(`/contacts/${contact}/script-runs`);

export const connectors = resource<work.Connector, work.ConnectorForm>(
  '/connectors' as Collection,
  (one) => one.id,
  'connector.read',
);

export const tryConnector = (id: string, operation: string, input: unknown) =>
  send<{ data?: unknown; as_of?: string; stale?: boolean; error?: string | null }>(
    `/connectors/${id}/try`,
    {
      method: 'POST',
      body: { operation, input },
    },
  );
