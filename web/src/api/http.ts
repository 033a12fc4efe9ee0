import { Problem, type ProblemBody } from './problem';

export type Query = Record<string, string | number | boolean | null | undefined>;

export interface Send {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  query?: Query;
  body?: unknown;
  /** What the JSON of the body is, where it has a media type of its own. */
  type?: string;
  /** The version that was edited: sent as If-Match, refused with 412 when somebody was faster. */
  version?: number;
  signal?: AbortSignal;
}

export const API = '/api/v1';

type Listener = () => void;
let onSignedOut: Listener = () => {};

/** Called once at start: what to do when the server says that the session is over. */
export function whenSignedOut(listener: Listener): void {
  onSignedOut = listener;
}

export function url(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return API + path + (text ? `?${text}` : '');
}

async function problemOf(response: Response): Promise<Problem> {
  const body: ProblemBody = await response.json().catch(() => ({}));
  const retry = Number(response.headers.get('Retry-After'));
  return new Problem(
    body,
    response.status,
    Number.isFinite(retry) && retry > 0 ? retry : undefined,
  );
}

/** The one door to the REST interface: JSON in, JSON out, a `Problem` thrown otherwise. */
export async function send<T>(path: string, options: Send = {}): Promise<T> {
  const method = options.method ?? 'GET';
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  const raw = options.body instanceof Blob;
  if (options.body !== undefined) {
    headers['Content-Type'] = raw ? 'audio/wav' : (options.type ?? 'application/json');
  }
  if (method === 'POST') headers['Idempotency-Key'] = newKey();
  if (options.version !== undefined) headers['If-Match'] = `"${options.version}"`;
  const response = await fetch(url(path, options.query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(options.signal ? { signal: options.signal } : {}),
    ...(options.body === undefined
      ? {}
      : { body: raw ? (options.body as Blob) : JSON.stringify(options.body) }),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Problem({ code: 'unreachable', title: 'The server cannot be reached' }, 0);
  });
  if (!response.ok) {
    if (response.status === 401 && path !== '/session') onSignedOut();
    throw await problemOf(response);
  }
  if (response.status === 204 || response.headers.get('Content-Length') === '0') {
    return undefined as T;
  }
  const type = response.headers.get('Content-Type') ?? '';
  return type.includes('json') ? ((await response.json()) as T) : (undefined as T);
}

/** A UUID, also on plain HTTP where `crypto.randomUUID` is missing. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
