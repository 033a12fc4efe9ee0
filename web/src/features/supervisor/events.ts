/** `routing.contact_queued.v1` → "Contact queued": kinds are data of the server and grow without this page. */
export function eventWords(kind: string): string {
  const what =
    kind
      .replace(/\.v\d+$/, '')
      .split('.')
      .at(-1) ?? kind;
  const words = what.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const UUID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** The plain details of an event on one line; ids say nothing to a person and stay away. */
export function payloadLine(payload: Record<string, unknown>): string {
  return Object.entries(payload)
    .filter(([, value]) => value !== null && typeof value !== 'object' && !UUID.test(String(value)))
    .map(([key, value]) => `${key.replaceAll('_', ' ')}: ${String(value)}`)
    .join(' · ');
}
