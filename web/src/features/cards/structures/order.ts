/** The list with one item carried to another place. */
export function moved<T>(items: readonly T[], from: number, to: number): T[] {
  const rest = items.filter((_, index) => index !== from);
  const item = items[from];
  return item === undefined ? [...items] : [...rest.slice(0, to), item, ...rest.slice(to)];
}

/** Only what must be written: items whose position is not their place in the list. */
export function renumbered<T extends { position: number }>(items: readonly T[]): T[] {
  return items
    .map((item, position) => ({ ...item, position }))
    .filter((item, index) => items[index]?.position !== item.position);
}
