/** One tab owns the desk: the browser's own lock says which (Web Locks). */

export type Ownership = 'asking' | 'mine' | 'elsewhere';

const LOCK = 'trunkline-desk';

export interface Asked {
  take(): void;
  leave(): void;
}

/** Without locks (plain HTTP) every tab owns, and the server's "taken over" settles it. */
export function askOwnership(
  tell: (now: Ownership) => void,
  locks = globalThis.navigator?.locks,
): Asked {
  let release: (() => void) | undefined;
  let left = false;
  const hold = () => {
    if (left) return Promise.resolve();
    tell('mine');
    return new Promise<void>((resolve) => {
      release = resolve;
    });
  };
  const lost = () => {
    release = undefined;
    if (!left) tell('elsewhere');
  };
  if (!locks) {
    tell('mine');
    return { take: () => tell('mine'), leave: () => undefined };
  }
  const request = (options: LockOptions) =>
    void locks
      .request(LOCK, options, (lock) => {
        if (lock) return hold();
        tell('elsewhere');
        return undefined;
      })
      .catch(lost);
  request({ ifAvailable: true });
  return {
    take: () => request({ steal: true }),
    leave: () => {
      left = true;
      release?.();
    },
  };
}
