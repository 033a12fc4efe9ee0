/** Names for the generated shapes of the REST interface; what the document cannot say is said here. */
import type { components } from './generated/schema';

export type Schemas = components['schemas'];

/** A generated shape where the document leaves something open, such as JSON of its own: `More` says what it is. */
export type With<T, More> = Omit<T, keyof More> & More;

export type Locale = Schemas['Locale'];
export type LocalText = Record<string, string>;
export type Theme = 'light' | 'dark' | 'system';

export interface Page<T> {
  items: T[];
  next?: string | null;
}

/** A newer server may name operations that this page does not know yet. */
type WithCodes<T> = Omit<T, 'operations'> & { operations: string[] };

export type Me = WithCodes<Schemas['Me']>;
export type Person = Schemas['Person'];
export type PersonInput = Schemas['NewPerson'];
export type AddedPerson = Schemas['AddedPerson'];
export type Unit = Schemas['Unit'];
export type UnitInput = Schemas['UnitInput'];
export type PeopleGroup = Schemas['PeopleGroup'];
export type PeopleGroupInput = Schemas['PeopleGroupInput'];
export type Role = WithCodes<Schemas['Role']>;
export type RoleInput = WithCodes<Schemas['RoleInput']>;
export type Operation = Omit<Schemas['OperationBody'], 'name'> & { name: string };
export type ApiKey = Schemas['ApiKey'];
export type IssuedKey = Schemas['IssuedKey'];
export type ApiKeyInput = WithCodes<Schemas['ApiKeyInput']>;
export type AuditEvent = Omit<Schemas['EventBody'], 'payload'> & {
  payload: Record<string, unknown>;
};
export type SkillLevel = Schemas['SkillLevel'];
export type Queue = Schemas['Queue'];
export type QueueInput = Schemas['QueueFields'];
export type Named = Schemas['NamedFields'];
export type Skill = Schemas['Skill'];
export type Reason = Schemas['NotReadyReason'];
export type ReasonInput = Schemas['ReasonFields'];
export type Topic = Schemas['Topic'];
export type TopicInput = Schemas['TopicFields'];
export type Result = Schemas['ContactResult'];
export type Operator = Schemas['OperatorBody'];
export type OperatorInput = Schemas['OperatorFields'];
export type Trunk = Schemas['Trunk'];
export type TrunkInput = Schemas['TrunkInput'];
export type DialledNumber = Schemas['Number'];
export type DialledNumberInput = Schemas['NumberFields'];
export type Prompt = Schemas['PromptBody'];
export type FlowInfo = Schemas['FlowRow'];
export type Customer = Schemas['Customer'];
export type CustomerInput = Schemas['CustomerFields'];
export type IdentifierKind = Schemas['IdentifierKind'];
export type Outcome = Schemas['Outcome'];
export type LogLevels = Schemas['LogLevels'];
export type ServerStatus = Schemas['Status'];

export type Contact = Schemas['ContactBody'];
export type ContactEvent = Omit<Schemas['ContactEvent'], 'payload'> & {
  payload: Record<string, unknown>;
};
export type WrapUp = Schemas['WrapUp'];
export type Explanation = Schemas['ExplanationBody'];
export type ContactDetail = Omit<Schemas['ContactDetail'], 'events'> & { events: ContactEvent[] };
