/** What stands under "Automation": a part of the address, and the right that opens it. */
export const SECTIONS = [
  { key: 'rules', needs: 'rule.read' },
  { key: 'flows', needs: 'flow.read' },
  { key: 'tasks', needs: 'task.use' },
  { key: 'messages', needs: 'message.read' },
  { key: 'events', needs: 'event_type.read' },
  { key: 'tables', needs: 'rule.read' },
  { key: 'predictions', needs: 'prediction.read' },
  { key: 'connectors', needs: 'connector.read' },
  { key: 'structures', needs: 'structure.write' },
] as const;

const READ = ['loyalty.read'] as const;
/** Who works for a partner sees what is the partner's (CIMP-ROLE-01). */
const READ_OR_PARTNER = ['loyalty.read', 'loyalty.partner'] as const;

/** What stands under "Loyalty", and the rights of which one opens it. */
export const LOYALTY_SECTIONS = [
  { key: 'members', anyOf: READ },
  { key: 'orders', anyOf: READ_OR_PARTNER },
  { key: 'approvals', anyOf: ['loyalty.approve'] },
  { key: 'operations', anyOf: READ },
  { key: 'rewards', anyOf: READ_OR_PARTNER },
  { key: 'promotions', anyOf: READ },
  { key: 'partners', anyOf: READ_OR_PARTNER },
  { key: 'programmes', anyOf: READ },
  { key: 'masters', anyOf: READ },
  { key: 'files', anyOf: ['loyalty.market'] },
  { key: 'statistics', anyOf: ['loyalty.market'] },
] as const;

/** Rights of which one makes "Administration" a place of work: to read a list for choices is none. */
export const ADMIN_RIGHTS = [
  'person.read',
  'unit.write',
  'people_group.read',
  'role.read',
  'api_key.read',
  'queue.write',
  'operator.read',
  'skill.write',
  'classifier.write',
  'trunk.read',
  'number.read',
  'prompt.read',
  'flow.write',
  'webhook.read',
  'audit.read',
  'log.read',
] as const;
