/** JSON pointers (RFC 6901) into plain values; nothing here changes what it is given. */

type Json = unknown;

export function parts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function join(...names: (string | number)[]): string {
  return names
    .map((name) => `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function read(value: Json, pointer: string): Json {
  let at = value;
  for (const part of parts(pointer)) {
    if (Array.isArray(at)) at = at[Number(part)];
    else if (isObject(at)) at = Object.hasOwn(at, part) ? at[part] : undefined;
    else return undefined;
  }
  return at;
}

/** The value with another one at the pointer; missing objects on the way are made. `undefined` takes it out. */
export function write(value: Json, pointer: string, next: Json): Json {
  const [head, ...rest] = parts(pointer);
  if (head === undefined) return next;
  const below = join(...rest);
  if (Array.isArray(value)) {
    const index = Number(head);
    if (rest.length === 0 && next === undefined) return value.filter((_, n) => n !== index);
    const copy = [...value];
    copy[index] = rest.length === 0 ? next : write(copy[index], below, next);
    return copy;
  }
  const from = isObject(value) ? value : {};
  if (rest.length === 0 && next === undefined) {
    const { [head]: _, ...kept } = from;
    return kept;
  }
  return { ...from, [head]: rest.length === 0 ? next : write(from[head], below, next) };
}

/** Every pointer that a pattern stands for in this value: `*` is each key or index that is there. */
export function expand(value: Json, pattern: string): string[] {
  let found: { at: Json; pointer: string }[] = [{ at: value, pointer: '' }];
  const steps = parts(pattern);
  for (const [n, step] of steps.entries()) {
    const last = n === steps.length - 1;
    found = found.flatMap(({ at, pointer }) => {
      if (step === '*') {
        if (Array.isArray(at)) return at.map((one, i) => ({ at: one, pointer: pointer + join(i) }));
        if (isObject(at))
          return Object.entries(at).map(([key, one]) => ({
            at: one,
            pointer: pointer + join(key),
          }));
        return [];
      }
      if (Array.isArray(at)) return [];
      const inner = isObject(at) ? at[step] : undefined;
      // The last step is a place even while nothing stands there; before it there must be something.
      if (!last && inner === undefined) return [];
      if (last && !isObject(at)) return [];
      return [{ at: inner, pointer: pointer + join(step) }];
    });
  }
  return found.map(({ pointer }) => pointer);
}
