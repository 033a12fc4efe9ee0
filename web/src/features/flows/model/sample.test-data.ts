/** Node types and flows for the tests of the model. */
import fc from 'fast-check';
import type { Definition, NodeType } from '../../../api/flow-types';
import { catalogueOf } from './catalogue';

const node = { type: 'string', format: 'node' } as const;

export const TYPES: NodeType[] = [
  {
    type: 'say',
    kinds: ['ivr'],
    group: 'call',
    outputs: [{ name: 'next', pointer: '/next' }],
    schema: {
      type: 'object',
      required: ['prompts', 'next'],
      properties: {
        prompts: { type: 'array', minItems: 1, items: { type: 'string' } },
        barge_in: { type: 'boolean', default: false },
        next: node,
      },
    },
  },
  {
    type: 'menu',
    kinds: ['ivr'],
    group: 'call',
    outputs: 'dynamic',
    schema: {
      type: 'object',
      properties: {
        options: { type: 'object', additionalProperties: node },
        tries: { type: 'integer', minimum: 1, default: 3 },
        exhausted: node,
      },
    },
  },
  {
    type: 'branch',
    kinds: ['ivr', 'process'],
    group: 'logic',
    outputs: [
      { name: 'cases', pointer: '/cases/*/next' },
      { name: 'otherwise', pointer: '/otherwise' },
    ],
    schema: {
      type: 'object',
      required: ['cases', 'otherwise'],
      properties: {
        cases: { type: 'array', items: { $ref: '#/$defs/case' } },
        otherwise: node,
        on_error: { anyOf: [node, { type: 'null' }] },
      },
      $defs: {
        case: { type: 'object', properties: { when: { type: 'string' }, next: node } },
      },
    },
  },
  { type: 'end', kinds: ['process'], group: 'logic', outputs: [], schema: { type: 'object' } },
];

export const CATALOGUE = catalogueOf(TYPES);

const KEYS = ['a', 'b', 'c', 'd~e', 'f/g', 'nowhere'];
const target = fc.constantFrom(...KEYS);
const body = fc.oneof(
  fc.record(
    { type: fc.constant('say'), prompts: fc.array(fc.string()), next: target },
    { requiredKeys: ['type', 'prompts'] },
  ),
  fc.record(
    {
      type: fc.constant('menu'),
      options: fc.dictionary(
        fc.constantFrom('0', '1', '9', '*', '#'),
        fc.oneof(target, fc.constant('')),
      ),
      exhausted: target,
    },
    { requiredKeys: ['type', 'options'] },
  ),
  fc.record(
    {
      type: fc.constant('branch'),
      cases: fc.array(fc.record({ when: fc.string(), next: target }, { requiredKeys: ['when'] })),
      otherwise: target,
      on_error: target,
    },
    { requiredKeys: ['type', 'cases'] },
  ),
  fc.record({ type: fc.constant('end') }),
  // A type that nobody described keeps its fields too.
  fc.record({ type: fc.constant('odd'), next: target, deep: fc.object() }),
);
const spot = fc.record({ x: fc.integer(), y: fc.integer() });

export const anyDefinition: fc.Arbitrary<Definition> = fc
  .record(
    {
      name: fc.constant('sample'),
      kind: fc.constantFrom('ivr', 'process'),
      version: fc.nat(),
      start: target,
      description: fc.string(),
      nodes: fc.dictionary(fc.constantFrom(...KEYS.slice(0, 5)), body),
      layout: fc.dictionary(fc.constantFrom(...KEYS.slice(0, 5)), spot),
    },
    { requiredKeys: ['name', 'kind', 'version', 'start', 'nodes'] },
  )
  .map((one) => JSON.parse(JSON.stringify(one)) as Definition);
