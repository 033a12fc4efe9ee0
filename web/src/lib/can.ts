/** What a person may do arrives from the server as a list of operations; no rule is written twice. */
export function can(operations: readonly string[] | undefined, operation: string): boolean {
  return operations?.includes(operation) ?? false;
}
