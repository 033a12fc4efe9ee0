import { type ComponentType, type LazyExoticComponent, lazy } from 'react';

/** How long an idle moment is waited for before the part is fetched anyway, ms. */
const PATIENCE = 3_000;

function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in globalThis) requestIdleCallback(run, { timeout: PATIENCE });
  else setTimeout(run, PATIENCE);
}

/**
 * A part of a page that the first picture does not need. It is fetched in the first idle moment, so that it is there
 * before somebody asks for it: the wrap-up form must not wait for the network when a call comes in.
 */
export function later<P>(
  load: () => Promise<{ default: ComponentType<P> }>,
): LazyExoticComponent<ComponentType<P>> {
  // A failure is said when the part is really wanted.
  whenIdle(() => void load().catch(() => undefined));
  return lazy(load);
}
