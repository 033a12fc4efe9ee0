/** The operations of a role with one more or one less, in a stable order. */
export function toggled(operations: readonly string[], name: string, on: boolean): string[] {
  const others = operations.filter((operation) => operation !== name);
  return (on ? [...others, name] : others).sort();
}
