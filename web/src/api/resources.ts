import type * as c from './contract';
import { resource } from './query';

const byId = (item: { id: string }) => item.id;

export const people = resource<c.Person, c.PersonInput, c.AddedPerson>(
  '/people',
  (item) => item.person_id,
  'person.read',
);
export const units = resource<c.Unit, c.UnitInput>('/units', (item) => item.unit_id, 'unit.read');
export const peopleGroups = resource<c.PeopleGroup, c.PeopleGroupInput>(
  '/people-groups',
  (item) => item.people_group_id,
  'people_group.read',
);
export const roles = resource<c.Role, c.RoleInput>('/roles', (item) => item.role_id, 'role.read');
export const operations = resource<c.Operation, never>(
  '/operations',
  (item) => item.name,
  'role.read',
);
export const apiKeys = resource<c.ApiKey, c.ApiKeyInput, c.IssuedKey>(
  '/api-keys',
  (item) => item.api_key_id,
  'api_key.read',
);
export const auditEvents = resource<c.AuditEvent, never>(
  '/events',
  (item) => item.event_id,
  'audit.read',
);
export const queues = resource<c.Queue, c.QueueInput>('/queues', byId, 'queue.read');
export const skills = resource<c.Skill, c.Named>('/skills', byId, 'skill.read');
export const operators = resource<c.Operator, c.OperatorInput>('/operators', byId, 'operator.read');
export const reasons = resource<c.Reason, c.ReasonInput>(
  '/not-ready-reasons',
  byId,
  'classifier.read',
);
export const topics = resource<c.Topic, c.TopicInput>('/topics', byId, 'classifier.read');
export const results = resource<c.Result, c.Named>('/results', byId, 'classifier.read');
export const trunks = resource<c.Trunk, c.TrunkInput>('/trunks', byId, 'trunk.read');
export const numbers = resource<c.DialledNumber, c.DialledNumberInput>(
  '/numbers',
  byId,
  'number.read',
);
export const prompts = resource<c.Prompt, never>(
  '/prompts',
  (item) => `${item.locale}/${item.name}`,
  'prompt.read',
);
export const flows = resource<c.FlowInfo, never>('/flows', (item) => item.name, 'flow.read');
export const customers = resource<c.Customer, c.CustomerInput>('/customers', byId, 'customer.read');
export const contacts = resource<c.Contact, never>('/contacts', byId, 'contact.read');
