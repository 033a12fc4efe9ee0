import { describe, expect, it } from 'vitest';
import { askOwnership, type Ownership } from './ownership';
import { wishes } from './presence';

describe('presence', () => {
  it('asked for during a contact becomes the next one', () => {
    expect(wishes('on_contact').asNext).toBe(true);
    expect(wishes('ready')).toEqual({ ready: false, notReady: true, asNext: false });
    expect(wishes('syncing')).toEqual({ ready: false, notReady: false, asNext: false });
  });
});

describe('the desk', () => {
  /** As the browser's: one holder, a thief ends the hold of the other. */
  function fakeLocks() {
    let holder: ((error: Error) => void) | undefined;
    return {
      request: (_: string, options: LockOptions, run: (lock: Lock | null) => unknown) => {
        if (holder && !options.steal) return Promise.resolve(run(null));
        holder?.(new DOMException('stolen', 'AbortError'));
        return new Promise((resolve, reject) => {
          holder = reject;
          void Promise.resolve(run({ name: 'x', mode: 'exclusive' })).then((value) => {
            holder = undefined;
            resolve(value);
          });
        });
      },
    } as unknown as LockManager;
  }
  it('belongs to the first tab until another one takes it', async () => {
    const locks = fakeLocks();
    const first: Ownership[] = [];
    const second: Ownership[] = [];
    askOwnership((now) => first.push(now), locks);
    const other = askOwnership((now) => second.push(now), locks);
    expect([first, second]).toEqual([['mine'], ['elsewhere']]);
    other.take();
    await Promise.resolve();
    await Promise.resolve();
    expect(second.at(-1)).toBe('mine');
    expect(first.at(-1)).toBe('elsewhere');
  });
});
