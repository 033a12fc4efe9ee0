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

/** What stands under "Loyalty". */
export const LOYALTY_SECTIONS = [
  { key: 'members', needs: 'loyalty.read' },
  { key: 'orders', needs: 'loyalty.read' },
  { key: 'approvals', needs: 'loyalty.approve' },
  { key: 'rewards', needs: 'loyalty.read' },
  { key: 'promotions', needs: 'loyalty.read' },
  { key: 'partners', needs: 'loyalty.read' },
  { key: 'programmes', needs: 'loyalty.read' },
  { key: 'masters', needs: 'loyalty.read' },
  { key: 'files', needs: 'loyalty.read' },
  { key: 'statistics', needs: 'loyalty.read' },
] as const;
