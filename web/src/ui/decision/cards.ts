import type { LinkedCards } from '../../api/automation';

const READ = /^cards\.(\w+)\.(\w+)$/;

/** The linked cards again, from what criteria read of them: a list of values for each attribute of each kind. */
export function linkedCards(inputs: Record<string, unknown>): LinkedCards {
  const kinds: LinkedCards = {};
  for (const [path, values] of Object.entries(inputs)) {
    const [, kind, key] = READ.exec(path) ?? [];
    if (kind === undefined || key === undefined || !Array.isArray(values)) continue;
    const known = kinds[kind] ?? [];
    kinds[kind] = values.map((value, at) => ({ ...known[at], [key]: value }));
  }
  return kinds;
}
