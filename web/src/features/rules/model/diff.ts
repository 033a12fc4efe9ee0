/** One place in which two documents differ. */
export interface Difference {
  pointer: string;
  before?: unknown;
  after?: unknown;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

const empty = (value: unknown): boolean => value === undefined || value === null;

/** Every place in which `after` differs from `before`; nothing and null are the same. */
export function differences(before: unknown, after: unknown, pointer = ''): Difference[] {
  if (Object.is(before, after) || (empty(before) && empty(after))) return [];
  const alike =
    isObject(before) && isObject(after) && Array.isArray(before) === Array.isArray(after);
  if (!alike)
    return [
      {
        pointer,
        ...(empty(before) ? {} : { before }),
        ...(empty(after) ? {} : { after }),
      },
    ];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], `${pointer}/${key}`));
}
