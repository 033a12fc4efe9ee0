import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Definition, NodeType } from '../../../api/flow-types';
import { arranged, type Box, boxesOf, freePlace, NODE_WIDTH } from './arrange';
import { newBody } from './catalogue';
import { changes, differences } from './diff';
import { add, connect, copy, disconnect, edgeId, paste, place, remove, rename } from './edit';
import { slotName, slotsOf, toDefinition, toGraph } from './graph';
import { begun, done, redone, undone } from './history';
import { anyDefinition, CATALOGUE, TYPES } from './sample.test-data';

const file = (name: string) =>
  JSON.parse(
    readFileSync(new URL(`../../../../../flows/${name}.flow.json`, import.meta.url), 'utf8'),
  ) as Definition;
const graphOf = (definition: Definition) => toGraph(definition, CATALOGUE);
const back = (graph: ReturnType<typeof graphOf>) => toDefinition(graph, CATALOGUE);
const say = TYPES[0] as NodeType;

/** NFR-LOW-01: what is drawn is the flow, and nothing of it is lost. */
describe('a definition and its graph', { timeout: 30_000 }, () => {
  it('go into each other and back without a loss', () => {
    fc.assert(
      fc.property(anyDefinition, (definition) => {
        expect(back(graphOf(definition))).toEqual(definition);
      }),
      { numRuns: 500 },
    );
  });
  it('are the same for the flows that ship', () => {
    for (const name of ['main', 'after-hours'])
      expect(back(graphOf(file(name)))).toEqual(file(name));
  });
  it('stay whole under any sequence of edits', () => {
    const step = fc.oneof(
      fc.record({ what: fc.constant('remove'), n: fc.nat(9) }),
      fc.record({ what: fc.constant('rename'), n: fc.nat(9) }),
      fc.record({ what: fc.constant('copy'), n: fc.nat(9) }),
      fc.record({ what: fc.constant('add'), n: fc.nat(9) }),
      fc.record({ what: fc.constant('cut'), n: fc.nat(9) }),
      fc.record({ what: fc.constant('connect'), n: fc.nat(9) }),
    );
    fc.assert(
      fc.property(anyDefinition, fc.array(step, { maxLength: 12 }), (definition, steps) => {
        let graph = graphOf(definition);
        for (const { what, n } of steps) {
          const node = graph.nodes[n % Math.max(1, graph.nodes.length)];
          if (what === 'add') graph = add(graph, say, CATALOGUE, { places: {} }).graph;
          if (!node) continue;
          if (what === 'remove') graph = remove(graph, new Set([node.key]));
          if (what === 'rename') graph = rename(graph, node.key, `${node.key}_new`);
          if (what === 'copy')
            graph = paste(graph, copy(graph, new Set([node.key]), {}), CATALOGUE).graph;
          if (what === 'cut')
            graph = disconnect(graph, new Set(graph.edges.slice(0, 1).map(edgeId)));
          const slot = slotsOf(node.body, CATALOGUE)[0];
          if (what === 'connect' && slot)
            graph = connect(graph, { from: node.key, pointer: slot.pointer, to: node.key });
          const again = graphOf(back(graph));
          expect(again.nodes.map((one) => one.key)).toEqual(graph.nodes.map((one) => one.key));
          expect(new Set(again.edges.map((e) => `${edgeId(e)}>${e.to}`))).toEqual(
            new Set(graph.edges.map((e) => `${edgeId(e)}>${e.to}`)),
          );
        }
      }),
    );
  });
});

it('a name that is taken stays with its node', () => {
  const graph = graphOf({ ...tiny, nodes: { hello: { type: 'end' }, other: { type: 'end' } } });
  expect(rename(graph, 'other', 'hello')).toBe(graph);
  expect(rename(graph, 'other', 'else').nodes.map((node) => node.key)).toEqual(['hello', 'else']);
});

const tiny: Definition = {
  name: 'tiny',
  kind: 'ivr',
  version: 1,
  start: 'hello',
  nodes: {
    hello: { type: 'say', prompts: ['a'], next: 'ask' },
    ask: { type: 'menu', options: { '1': 'hello', '2': 'bye' }, exhausted: 'bye' },
    bye: { type: 'end' },
  },
};

/** NFR-LOW-01 */
describe('editing', () => {
  it('adds a node behind another one, connected by the first free way', () => {
    const free = disconnect(graphOf(tiny), new Set(['hello|/next']));
    const { graph, key } = add(free, say, CATALOGUE, { after: 'hello', places: {} });
    expect(back(graph).nodes.hello?.next).toBe(key);
    expect(back(graph).nodes[key]).toEqual({ type: 'say', prompts: [''] });
  });
  it('removes a node with the edges that lead to it, and keeps the options of a menu', () => {
    const left = back(remove(graphOf(tiny), new Set(['bye'])));
    expect(left.nodes.ask).toEqual({ type: 'menu', options: { '1': 'hello', '2': '' } });
  });
  it('renames a node wherever it is named', () => {
    const renamed = back(
      rename(graphOf({ ...tiny, layout: { hello: { x: 1, y: 2 } } }), 'hello', 'hi'),
    );
    expect(renamed.start).toBe('hi');
    expect(renamed.nodes.ask?.options).toEqual({ '1': 'hi', '2': 'bye' });
    expect(renamed.layout).toEqual({ hi: { x: 1, y: 2 } });
  });
  it('pastes under fresh names, with the edges between what was copied', () => {
    const { graph, added } = paste(
      graphOf(tiny),
      copy(graphOf(tiny), new Set(['hello', 'ask']), { hello: { x: 0, y: 0 } }),
      CATALOGUE,
    );
    expect(added).toEqual(['hello_2', 'ask_2']);
    expect(back(graph).nodes.hello_2?.next).toBe('ask_2');
    expect(back(graph).nodes.ask_2).toEqual({ type: 'menu', options: { '1': 'hello_2', '2': '' } });
  });
  it('takes steps back and does them again; typing in one field is one step', () => {
    const one = done(begun('a'), 'ab', 'name', 1_000);
    const two = done(one, 'abc', 'name', 1_500);
    expect(undone(two).now).toBe('a');
    expect(redone(undone(two)).now).toBe('abc');
    expect(undone(done(two, 'x', 'name', 9_000)).now).toBe('abc');
  });
});

describe('ways out', () => {
  it('are read from the schema where the server says "dynamic"', () => {
    expect(CATALOGUE.outputs('menu')).toEqual(['/options/*', '/exhausted']);
    expect(CATALOGUE.outputs('branch')).toEqual(['/cases/*/next', '/otherwise', '/on_error']);
  });
  it('have short names', () => {
    expect(['/next', '/options/1', '/cases/0/next', '/outcomes/paid'].map(slotName)).toEqual([
      'next',
      '1',
      'cases 1',
      'outcomes paid',
    ]);
  });
  it('are no fields of a new node', () => {
    expect(newBody(say)).toEqual({ type: 'say', prompts: [''] });
  });
});

describe('arranging', () => {
  it('puts what follows to the right, and nothing onto another', () => {
    const places = arranged(graphOf(file('main')), CATALOGUE);
    const spots = Object.values(places);
    for (const [n, a] of spots.entries())
      for (const b of spots.slice(n + 1))
        expect(Math.abs(a.x - b.x) < NODE_WIDTH && Math.abs(a.y - b.y) < 40).toBe(false);
    const tinyPlaces = arranged(graphOf(tiny), CATALOGUE);
    expect(tinyPlaces.bye?.x).toBeGreaterThan(tinyPlaces.ask?.x ?? 0);
  });
  it('keeps a place that a person chose', () => {
    expect(back(place(graphOf(tiny), { bye: { x: 5, y: 6 } })).layout).toEqual({
      bye: { x: 5, y: 6 },
    });
  });
});

/** Whether two boxes share a point of the board. */
const over = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** NFR-LOW-01: a new node is seen, and hides none. */
describe('a place for a new node', () => {
  const at = fc.record({
    x: fc.integer({ min: -60, max: 60 }),
    y: fc.integer({ min: -60, max: 60 }),
  });
  const box = fc
    .tuple(at, fc.integer({ min: 4, max: 20 }))
    .map(
      ([{ x, y }, rows]): Box => ({ x: x * 10, y: y * 10, width: NODE_WIDTH, height: rows * 22 }),
    );

  it('is the wanted one while nothing lies there', () => {
    const far = { x: 900, y: 0, width: NODE_WIDTH, height: 100 };
    expect(freePlace({ x: 0, y: 0, width: NODE_WIDTH, height: 100 }, [far])).toEqual({
      x: 0,
      y: 0,
    });
  });
  it('is free, and none of the raster is nearer', () => {
    fc.assert(
      fc.property(box, fc.array(box, { maxLength: 12 }), at, (wanted, taken, other) => {
        const spot = freePlace(wanted, taken);
        expect(taken.filter((one) => over({ ...wanted, ...spot }, one))).toEqual([]);
        const away = (p: { x: number; y: number }) => Math.hypot(p.x - wanted.x, p.y - wanted.y);
        const near = {
          x: wanted.x + other.x * 5 - ((other.x * 5) % 10),
          y: wanted.y + other.y * 10,
        };
        // What keeps nodes apart belongs to what lies there.
        const apart = taken.map((one) => ({
          x: one.x - 34,
          y: one.y - 34,
          width: one.width + 68,
          height: one.height + 68,
        }));
        if (!apart.some((one) => over({ ...wanted, ...near }, one)))
          expect(away(spot)).toBeLessThanOrEqual(away(near));
      }),
    );
  });
  it('is found for every node that is added or pasted, wherever it was wanted', () => {
    let graph = { ...graphOf(tiny), places: arranged(graphOf(tiny), CATALOGUE) };
    const put = (next: ReturnType<typeof graphOf>) => {
      graph = { ...next, places: next.places ?? {} };
    };
    for (let n = 0; n < 4; n += 1) {
      put(add(graph, say, CATALOGUE, { places: graph.places, after: 'hello' }).graph);
      put(add(graph, say, CATALOGUE, { places: graph.places }).graph);
      put(add(graph, say, CATALOGUE, { places: graph.places, place: { x: 10, y: 10 } }).graph);
      put(paste(graph, copy(graph, new Set(['hello', 'ask']), graph.places), CATALOGUE).graph);
    }
    const boxes = boxesOf(graph.nodes, graph.places, CATALOGUE);
    expect(boxes).toHaveLength(23);
    for (const [n, one] of boxes.entries())
      expect(boxes.slice(n + 1).filter((other) => over(one, other))).toEqual([]);
  });
});

/** MKT-FLOW-02: versions with their differences. */
describe('differences', () => {
  it('mark nodes and name the fields', () => {
    const after: Definition = {
      ...tiny,
      start: 'ask',
      nodes: {
        ask: { type: 'menu', options: { '1': 'hello', '2': 'bye' }, exhausted: 'late' },
        bye: { type: 'end' },
        late: { type: 'end' },
      },
    };
    const found = differences(tiny, after);
    expect(found.nodes).toEqual({ hello: 'removed', ask: 'changed', late: 'added' });
    expect(found.fields.ask).toEqual([{ pointer: '/exhausted', before: 'bye', after: 'late' }]);
    expect(found.head).toEqual([{ pointer: '/start', before: 'hello', after: 'ask' }]);
  });
  it('of a thing to itself are none', () => {
    fc.assert(fc.property(anyDefinition, (one) => changes(one, structuredClone(one)).length === 0));
  });
});
