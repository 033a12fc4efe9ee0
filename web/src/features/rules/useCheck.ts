import { useEffect, useMemo, useRef, useState } from 'react';
import type { Fault, RuleDocument } from '../../api/automation';
import { checkRule } from '../../api/rules';
import { stillOpen } from './model/faults';

/** A pause in editing after which the server looks at the document. */
const CHECK_MS = 350;

/** What the server finds in the document on screen; what it found last stays until it has looked again, but for what is filled in. */
export function useCheck(document: RuleDocument, first: Fault[]) {
  const opened = useRef(document);
  const [found, setFound] = useState<{ of?: RuleDocument; faults: Fault[] }>({ faults: first });
  const { of = opened.current } = found;
  const faults = useMemo(() => stillOpen(found.faults, of, document), [found, of, document]);
  // An effect, because the check follows a pause, and an answer about an older document is dropped.
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      checkRule(document, stop.signal).then(
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
  }, [document]);
  return { faults, checking: found.of !== document };
}
