export interface MatrixRow {
  subject: string;
  read: string | undefined;
  write: string | undefined;
  other: string[];
}

/** `queue.read`, `queue.write`, `desk.use` … as rows by what they are about. */
export function matrixRows(operations: readonly string[]): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  for (const name of operations) {
    const [subject = name, verb = ''] = name.split('.');
    const row = rows.get(subject) ?? { subject, read: undefined, write: undefined, other: [] };
    if (verb === 'read' || verb === 'write') row[verb] = name;
    else row.other.push(name);
    rows.set(subject, row);
  }
  return [...rows.values()].sort((a, b) => a.subject.localeCompare(b.subject));
}

/** The operations of a role with one more or one less, in a stable order. */
export function toggled(operations: readonly string[], name: string, on: boolean): string[] {
  const others = operations.filter((operation) => operation !== name);
  return (on ? [...others, name] : others).sort();
}
