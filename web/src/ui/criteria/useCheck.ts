import { useEffect, useMemo, useRef, useState } from 'react';
import type { Fault } from '../../api/automation';
import { stillOpen } from './faults';

/** A pause in editing after which the server looks at the document. */
const CHECK_MS = 350;

/** How the server is asked what is wrong with a document; one function for as long as the same is asked. */
export type Look<T> = (document: T, stop: AbortSignal) => Promise<{ faults: Fault[] }>;

/** What the server finds in the document on screen; what it found last stays until it has looked again, but for what is filled in. */
export function useCheck<T>(document: T, first: Fault[], look: Look<T>) {
  const opened = useRef(document);
  const [found, setFound] = useState<{ of?: T; faults: Fault[] }>({ faults: first });
  const { of = opened.current } = found;
  const faults = useMemo(() => stillOpen(found.faults, of, document), [found, of, document]);
  // An effect, because the check follows a pause, and an answer about an older document is dropped.
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      look(document, stop.signal).then(
        ({ faults }) => setFound({ of: document, faults }),
        // Without an answer the faults that are known stay; saving says what is wrong with the server.
        () =>
          setFound((now) => ({
            of: document,
            faults: stillOpen(now.faults, now.of ?? opened.current, document),
          })),
      );
    }, CHECK_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [document, look]);
  return { faults, checking: found.of !== document };
}
