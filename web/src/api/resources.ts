import type * as c from './contract';
import { resource } from './query';

const byId = (item: { id: string }) => item.id;

export const people = resource<c.Person, c.PersonInput, c.AddedPerson>(
  '/people',
  (item) => item.person_id,
);
export const units = resource<c.Unit, c.UnitInput>('/units', (item) => item.unit_id);
export const roles = resource<c.Role, c.RoleInput>('/roles', (item) => item.role_id);
export const operations = resource<c.Operation, never>('/operations', (item) => item.name);
export const apiKeys = resource<c.ApiKey, c.ApiKeyInput, c.IssuedKey>(
  '/api-keys',
  (item) => item.api_key_id,
);
export const auditEvents = resource<c.AuditEvent, never>('/events', (item) => item.event_id);
export const queues = resource<c.Queue, c.QueueInput>('/queues', byId);
export const skills = resource<c.Skill, c.Named>('/skills', byId);
export const operators = resource<c.Operator, c.OperatorInput>('/operators', byId);
export const reasons = resource<c.Reason, c.ReasonInput>('/not-ready-reasons', byId);
export const topics = resource<c.Topic, c.TopicInput>('/topics', byId);
export const results = resource<c.Result, c.Named>('/results', byId);
export const trunks = resource<c.Trunk, c.TrunkInput>('/trunks', byId);
export const numbers = resource<c.DialledNumber, c.DialledNumberInput>('/numbers', byId);
export const prompts = resource<c.Prompt, never>(
  '/prompts',
  (item) => `${item.locale}/${item.name}`,
);
export const flows = resource<c.FlowInfo, never>('/flows', (item) => item.file);
export const customers = resource<c.Customer, c.CustomerInput>('/customers', byId);
export const contacts = resource<c.Contact, never>('/contacts', byId);
