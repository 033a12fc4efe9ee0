/** Fields that whoever sends must give: of a known customer and of the time the server knows itself. */
export function askedFields(fields: readonly string[], customerKnown: boolean): string[] {
  return fields.filter(
    (field) => !/^(time|meta)\b/.test(field) && !(customerKnown && /^customer\b/.test(field)),
  );
}

const NUMBER = /^-?\d{1,15}(\.\d+)?$/;
const PART = /^[A-Za-z_][\w-]*$/;

/** Values by path as the context of expressions: `event.amount` becomes `{event: {amount}}`; numbers as numbers. */
export function context(values: Record<string, string>): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(values)) {
    const parts = path.split('.');
    const last = parts.pop();
    if (!last || ![...parts, last].every((part) => PART.test(part) && part !== '__proto__'))
      continue;
    let at = out;
    for (const part of parts) {
      const inner = at[part];
      const next = typeof inner === 'object' && inner !== null ? inner : {};
      at[part] = next;
      at = next as Record<string, unknown>;
    }
    at[last] = NUMBER.test(value) ? Number(value) : value;
  }
  return out;
}

/** A text with a placeholder put where the cursor stands. */
export function inserted(text: string, at: number, path: string): { text: string; cursor: number } {
  const mark = `{{ ${path} }}`;
  const place = Math.min(Math.max(at, 0), text.length);
  return { text: text.slice(0, place) + mark + text.slice(place), cursor: place + mark.length };
}
