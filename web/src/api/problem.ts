/** What is wrong with one field; the kind where a check has a list of kinds. */
interface FieldFault {
  pointer: string;
  detail: string;
  code?: string;
}

/** What the server says when it refuses (RFC 9457). */
export interface ProblemBody {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  code?: string;
  errors?: FieldFault[];
  trace_id?: string;
}

/** A refusal or a failure to reach the server, with everything a person or a form needs. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly fields: FieldFault[];
  readonly traceId: string | undefined;
  /** Seconds after which a second attempt makes sense (Retry-After). */
  readonly retryAfter: number | undefined;

  constructor(body: ProblemBody, status: number, retryAfter?: number) {
    super(body.title ?? `HTTP ${status}`);
    this.name = 'Problem';
    this.status = status;
    this.code = body.code ?? (status === 0 ? 'unreachable' : `http-${status}`);
    this.detail = body.detail ?? '';
    this.fields = body.errors ?? [];
    this.traceId = body.trace_id;
    this.retryAfter = retryAfter;
  }
}

/** Any thrown value as a problem, so that screens handle one kind. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new Problem({ code: 'unexpected', title: 'Unexpected', detail }, 0);
}

/** `/skills/0/level` as a path of an antd form: `['skills', 0, 'level']`. */
export function pointerPath(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

/** The form errors of a problem, grouped by field. */
export function formErrors(problem: Problem): { name: (string | number)[]; errors: string[] }[] {
  const byField = new Map<string, string[]>();
  for (const { pointer, detail } of problem.fields) {
    byField.set(pointer, [...(byField.get(pointer) ?? []), detail]);
  }
  return [...byField].map(([pointer, errors]) => ({ name: pointerPath(pointer), errors }));
}
