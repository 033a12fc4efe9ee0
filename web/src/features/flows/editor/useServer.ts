import { useEffect, useRef, useState } from 'react';
import type { Definition } from '../../../api/flow-types';
import { checkFlow, saveDraft } from '../../../api/flows';
import { asProblem, type Problem } from '../../../api/problem';
import { useDefinition, useEditorStore } from './store';

/** A pause in editing after which the server is asked whether the flow is right. */
const CHECK_AFTER_MS = 400;
/** A pause in editing after which the draft is kept. */
const SAVE_AFTER_MS = 900;

/** Asks the server what is wrong after each change. An effect: the server is outside. */
export function useChecked(): void {
  const store = useEditorStore();
  const definition = useDefinition();
  useEffect(() => {
    const cut = new AbortController();
    const timer = setTimeout(() => {
      checkFlow(definition, cut.signal).then(
        ({ faults }) => store.setState({ faults }),
        // The check comes again with the next change; saving says when the server is away.
        () => undefined,
      );
    }, CHECK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      cut.abort();
    };
  }, [definition, store]);
}

export interface Saving {
  state: 'saved' | 'waiting' | 'saving' | 'failed';
  problem: Problem | undefined;
  /** Writes what stands here now, over what somebody else kept if `version` says so. */
  again(version?: number): void;
  /** Resolves when nothing is left to be written. */
  flush(): Promise<void>;
}

/** Keeps the draft at the server as it is drawn. A conflict stops it until a person decides. */
export function useSaved(name: string, first: { definition: Definition; version: number }): Saving {
  const store = useEditorStore();
  const definition = useDefinition();
  const version = useRef(first.version);
  const kept = useRef(first.definition);
  const chain = useRef(Promise.resolve());
  const [state, setState] = useState<Saving['state']>('saved');
  const [problem, setProblem] = useState<Problem>();

  const write = async () => {
    const { now } = store.getState().history;
    if (now === kept.current || store.readOnly) return;
    setState('saving');
    try {
      const draft = await saveDraft(name, version.current, now);
      version.current = draft.version;
      kept.current = now;
      setProblem(undefined);
      const isNewest = store.getState().history.now === now;
      setState(isNewest ? 'saved' : 'waiting');
      // Changed while it was written, perhaps back to what stood before: no effect looks at that again.
      if (!isNewest) void queue();
    } catch (error) {
      setProblem(asProblem(error));
      setState('failed');
    }
  };
  const queue = () => {
    chain.current = chain.current.then(write);
    return chain.current;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a change of the flow starts the wait
  useEffect(() => {
    if (store.readOnly) return;
    if (definition === kept.current) {
      // Taken back to what is kept already.
      setState((before) => (before === 'waiting' ? 'saved' : before));
      return;
    }
    setState('waiting');
    const timer = setTimeout(() => {
      if (problem?.status !== 412) void queue();
    }, SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [definition]);
  // Leaving the page in the pause must not lose what was drawn in it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, at the end
  useEffect(() => () => void queue(), []);
  return {
    state,
    problem,
    again: (over) => {
      if (over !== undefined) version.current = over;
      void queue();
    },
    flush: queue,
  };
}
