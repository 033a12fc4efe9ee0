import { Problem, pointerPath } from '../../api/problem';

export type Name = (string | number)[];
export interface FieldErrors {
  name: Name;
  errors: string[];
}

const begins = (name: Name, with_: Name) => with_.every((part, n) => name[n] === part);

/** The field of the form that shows what is said of a place: the place itself, or what it is a part of. */
export function shownAt(name: Name, fields: readonly Name[]): Name | undefined {
  return fields
    .filter((field) => field.length > 0 && begins(name, field))
    .sort((a, b) => b.length - a.length)[0];
}

/** What is said, by the fields that are there to show it; what no field shows is left to the note above the form. */
export function placed(said: readonly FieldErrors[], fields: readonly Name[]): FieldErrors[] {
  const found = new Map<string, FieldErrors>();
  for (const { name, errors } of said) {
    const at = shownAt(name, fields);
    if (!at) continue;
    const key = JSON.stringify(at);
    found.set(key, { name: at, errors: [...(found.get(key)?.errors ?? []), ...errors] });
  }
  return [...found.values()];
}

/** Whether the change of a form is a change of this place or of a part of it. */
export function isChanged(name: Name, change: unknown): boolean {
  let at = change;
  for (const part of name) {
    if (typeof at !== 'object' || at === null) return true;
    if (!(part in at)) return false;
    at = (at as Record<string | number, unknown>)[part];
    // A list is told with holes where nothing changed.
    if (at === undefined && typeof part === 'number') return false;
  }
  return true;
}

/** The refusal without what it says of places that were changed since; nothing when that was all. */
export function withoutChanged(
  problem: Problem | undefined,
  changed: (name: Name) => boolean,
): Problem | undefined {
  if (!problem || problem.fields.length === 0) return problem;
  const errors = problem.fields.filter(({ pointer }) => !changed(pointerPath(pointer)));
  if (errors.length === problem.fields.length) return problem;
  if (errors.length === 0) return undefined;
  const { code, message: title, detail } = problem;
  return new Problem({ code, title, detail, errors }, problem.status);
}
