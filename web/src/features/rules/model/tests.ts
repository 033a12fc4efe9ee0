import type { RuleTest } from '../../../api/automation';

/** Whether a trial came out as the test expects; without a list of reactions any will do. */
export function passes(
  { expect }: RuleTest,
  answer: { matched: boolean; reactions: { key: string }[] },
): boolean {
  if (answer.matched !== expect.matched) return false;
  if (!expect.reactions) return true;
  const keys = answer.reactions.map((one) => one.key).sort();
  return keys.join('\n') === [...expect.reactions].sort().join('\n');
}
