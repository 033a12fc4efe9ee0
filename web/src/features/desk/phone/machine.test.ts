import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { initial, type Machine, type PhoneEvent, retryDelay, step } from './machine';
import { g711Only } from './peer';

function run(events: PhoneEvent[], from: Machine = initial) {
  return events.reduce(
    (state, event) => {
      const [machine, effects] = step(state.machine, event);
      return { machine, effects: [...state.effects, ...effects.map((effect) => effect.do)] };
    },
    { machine: from, effects: [] as string[] },
  );
}

const up: PhoneEvent[] = [
  { on: 'line_up', connected: false },
  { on: 'start' },
  { on: 'microphone_open' },
  { on: 'offer_made', sdp: 'o' },
  { on: 'answer', sdp: 'a' },
  { on: 'media_up' },
];

describe('the softphone', () => {
  it('asks for the microphone first, then offers, then connects and sends nothing while idle', () => {
    const { machine, effects } = run(up);
    expect(machine.phone.at).toBe('connected');
    expect(effects).toEqual([
      'open_microphone',
      'make_offer',
      'send_offer',
      'apply_answer',
      'send_microphone',
    ]);
    expect(machine.sending).toBe(false);
  });

  it('waits for the line when the microphone is ready first', () => {
    const before = run([{ on: 'start' }, { on: 'microphone_open' }]);
    expect(before.machine.phone.at).toBe('retrying');
    expect(run([{ on: 'line_up', connected: false }], before.machine).effects).toEqual([
      'make_offer',
    ]);
  });

  it('sends the microphone on a contact, also when the contact came before the media', () => {
    const early = run([...up.slice(0, 5), { on: 'send', microphone: true }]);
    expect(early.effects).not.toContain('send_microphone');
    const [, effects] = step(early.machine, { on: 'media_up' });
    expect(effects).toEqual([{ do: 'send_microphone', on: true }]);
  });

  it('keeps an established call when only the socket is lost', () => {
    const { machine, effects } = run([{ on: 'line_down' }], run(up).machine);
    expect(machine.phone.at).toBe('connected');
    expect(effects).toEqual([]);
  });

  it('begins anew when the server no longer knows its media', () => {
    const down = run([{ on: 'line_down' }], run(up).machine).machine;
    expect(run([{ on: 'line_up', connected: false }], down).effects).toEqual([
      'close_peer',
      'make_offer',
    ]);
    expect(run([{ on: 'line_up', connected: true }], down).effects).toEqual([]);
  });

  it('tries again with growing pauses when the media is lost', () => {
    const { machine, effects } = run([{ on: 'media_lost' }], run(up).machine);
    expect(machine.phone.at).toBe('retrying');
    expect(effects).toEqual(['close_peer', 'retry_in']);
    expect([1, 2, 3, 9].map(retryDelay)).toEqual([250, 500, 1000, 8000]);
  });

  it('says why when the microphone is refused, and starts again on demand', () => {
    const { machine } = run([{ on: 'start' }, { on: 'microphone_failed', why: 'denied' }]);
    expect(machine.phone).toEqual({ at: 'blocked', why: 'denied' });
    expect(step(machine, { on: 'start' })[0].phone.at).toBe('microphone');
  });

  it('never leaves a peer behind: whatever happens, stop ends in off with everything closed', () => {
    const event: fc.Arbitrary<PhoneEvent> = fc.constantFrom<PhoneEvent>(
      ...up,
      { on: 'stop' },
      { on: 'media_lost' },
      { on: 'attempt_failed' },
      { on: 'retry_due' },
      { on: 'line_down' },
      { on: 'line_up', connected: true },
      { on: 'microphone_lost' },
      { on: 'microphone_failed', why: 'busy' },
      { on: 'send', microphone: true },
      { on: 'send', microphone: false },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), (script) => {
        const { machine } = run(script);
        const [stopped, effects] = step(machine, { on: 'stop' });
        expect(stopped.phone.at).toBe('off');
        expect(effects.map((effect) => effect.do)).toEqual(['close_peer', 'close_microphone']);
        // Retrying without a line would never wake by itself; with one there is a timer or a dial.
        if (machine.phone.at === 'connected') expect(machine.attempt).toBe(0);
      }),
    );
  });
});

describe('the codecs of the softphone', () => {
  it('are A-law, then µ-law, and nothing else', () => {
    const codecs = ['audio/opus', 'audio/PCMU', 'audio/CN', 'audio/PCMA', 'audio/telephone-event'];
    expect(
      g711Only(codecs.map((mimeType) => ({ mimeType }))).map((codec) => codec.mimeType),
    ).toEqual(['audio/PCMA', 'audio/PCMU']);
  });
});
