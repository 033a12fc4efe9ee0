import type { Definition } from '../../../api/flow-types';

/** Gives the definition to the person as a file of the format of `flows/`. */
export function exportFlow(definition: Definition): void {
  const blob = new Blob([`${JSON.stringify(definition, null, 2)}\n`], { type: 'application/json' });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${definition.name}.flow.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** A definition in a text. It keeps the name and the kind of the flow that it is put into. */
export function parseFlow(text: string, into: Definition): Definition {
  const found: unknown = JSON.parse(text);
  if (typeof found !== 'object' || found === null) throw new Error('not an object');
  const { nodes } = found as { nodes?: unknown };
  if (typeof nodes !== 'object' || nodes === null || Array.isArray(nodes))
    throw new Error('no "nodes"');
  for (const [key, node] of Object.entries(nodes))
    if (typeof (node as { type?: unknown } | null)?.type !== 'string')
      throw new Error(`"${key}" has no "type"`);
  return { ...(found as Definition), name: into.name, kind: into.kind, version: into.version };
}

/** Lets the person choose a file; nothing when none was chosen. */
export async function importFlow(into: Definition): Promise<Definition | undefined> {
  const file = await new Promise<File | undefined>((done) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = 'application/json,.json';
    input.addEventListener('change', () => done(input.files?.[0]));
    input.addEventListener('cancel', () => done(undefined));
    input.click();
  });
  return file ? parseFlow(await file.text(), into) : undefined;
}
