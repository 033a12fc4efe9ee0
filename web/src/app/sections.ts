/** What stands under "Automation": a part of the address, and the right that opens it. */
export const SECTIONS = [
  { key: 'flows', needs: 'flow.read' },
  { key: 'messages', needs: 'message.read' },
  { key: 'structures', needs: 'structure.write' },
] as const;
