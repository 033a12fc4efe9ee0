/** What stands under "Automation": a part of the address, and the right that opens it. */
export const SECTIONS = [
  { key: 'rules', needs: 'rule.read' },
  { key: 'flows', needs: 'flow.read' },
  { key: 'tasks', needs: 'task.use' },
  { key: 'messages', needs: 'message.read' },
  { key: 'events', needs: 'event_type.read' },
  { key: 'tables', needs: 'rule.read' },
  { key: 'connectors', needs: 'connector.read' },
  { key: 'structures', needs: 'structure.write' },
] as const;
