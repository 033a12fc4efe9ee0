import type { RuleTest } from '../../../api/automation';
import { keyOf, type Planned } from '../../../api/trials';

/** Whether a trial came out as the test expects; without a list of reactions any will do. */
export function passes(
  { expect }: RuleTest,
  answer: { matched: boolean; reactions: (Planned | string)[] },
): boolean {
  if (answer.matched !== expect.matched) return false;
  if (!expect.reactions) return true;
  const keys = answer.reactions.map(keyOf).sort();
  return keys.join('\n') === [...expect.reactions].sort().join('\n');
}
