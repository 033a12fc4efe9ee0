import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import type { Rule } from '../../api/automation';
import { asProblem, type Problem } from '../../api/problem';
import { queryClient } from '../../api/query';
import { type Draft, readRule, saveRule } from '../../api/rules';
import { setAt } from '../../ui/decision/document';
import { begin, change, type History, redo, undo } from './model/history';

/** A pause in editing after which the draft is saved. */
const SAVE_MS = 800;

export type Saving = 'saved' | 'unsaved' | 'saving' | 'failed' | 'conflict';
type Step =
  | { kind: 'change'; draft: Draft; place: string; at: number }
  | { kind: 'undo' | 'redo' }
  | { kind: 'replace'; draft: Draft };

function reduce(history: History<Draft>, step: Step): History<Draft> {
  switch (step.kind) {
    case 'change':
      return change(history, step.draft, step.place, step.at);
    case 'undo':
      return undo(history);
    case 'redo':
      return redo(history);
    case 'replace':
      return begin(step.draft);
  }
}

const draftOf = ({ name, description, document }: Rule): Draft => ({ name, description, document });

export interface Editing {
  draft: Draft;
  /** Changes one place of the draft; typing in one place is one step of undo. */
  set(path: readonly (string | number)[], value: unknown): void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  saving: Saving;
  problem: Problem | undefined;
  /** After a conflict: what the other person saved, or what stands here. */
  takeTheirs(): void;
  keepMine(): void;
}

/** The draft on screen: kept by itself after a pause, never over somebody else's change without asking. */
export function useDraft(rule: Rule, mayWrite: boolean): Editing {
  const [history, step] = useReducer(reduce, rule, (first) => begin(draftOf(first)));
  const [saving, setSaving] = useState<Saving>('saved');
  const [problem, setProblem] = useState<Problem>();
  const version = useRef(rule.version);
  const kept = useRef(history.now);
  const running = useRef<Promise<void>>(undefined);
  const latest = useRef(history.now);
  latest.current = history.now;
  // Somebody was faster: nothing is saved before the person has chosen.
  const conflict = useRef(false);

  const failed = useCallback((error: unknown) => {
    const found = asProblem(error);
    conflict.current = found.status === 412;
    setProblem(found);
    setSaving(conflict.current ? 'conflict' : 'failed');
  }, []);

  const save = useCallback(async () => {
    // One at a time, and the newest last: each takes the version that the one before has made.
    while (running.current) await running.current;
    for (let isStale = true; isStale; ) {
      const draft = latest.current;
      if (draft === kept.current || conflict.current) return;
      setSaving('saving');
      isStale = false;
      running.current = saveRule(rule.id, version.current, draft)
        .then((saved) => {
          version.current = saved.version;
          kept.current = draft;
          setProblem(undefined);
          // Changed while it was written, perhaps back to what stood before: no effect looks at that again.
          isStale = latest.current !== draft;
          setSaving(isStale ? 'unsaved' : 'saved');
          queryClient.setQueryData(['rules', rule.id], saved);
        })
        .catch(failed)
        .finally(() => {
          running.current = undefined;
        });
      await running.current;
    }
  }, [rule.id, failed]);

  // An effect, because saving follows a pause, which only a timer can know.
  useEffect(() => {
    if (!mayWrite) return;
    if (history.now === kept.current) {
      // Taken back to what is kept already, before it was written.
      setSaving((now) => (now === 'unsaved' ? 'saved' : now));
      return;
    }
    setSaving((now) => (now === 'conflict' ? now : 'unsaved'));
    const timer = setTimeout(() => void save(), SAVE_MS);
    return () => clearTimeout(timer);
  }, [history.now, mayWrite, save]);

  // An effect, because the page may be left before the pause is over.
  useEffect(
    () => () => {
      if (mayWrite && latest.current !== kept.current) void save();
    },
    [mayWrite, save],
  );

  // Saved from elsewhere while nothing was changed here: what is there now is shown.
  useEffect(() => {
    if (rule.version <= version.current || latest.current !== kept.current) return;
    version.current = rule.version;
    kept.current = draftOf(rule);
    step({ kind: 'replace', draft: kept.current });
  }, [rule]);

  return {
    draft: history.now,
    set: (path, value) =>
      step({
        kind: 'change',
        draft: setAt(latest.current, path, value),
        place: path.join('/'),
        at: Date.now(),
      }),
    undo: history.past.length > 0 ? () => step({ kind: 'undo' }) : undefined,
    redo: history.future.length > 0 ? () => step({ kind: 'redo' }) : undefined,
    saving,
    problem,
    takeTheirs: () => {
      void readRule(rule.id).then((now) => {
        version.current = now.version;
        kept.current = draftOf(now);
        conflict.current = false;
        queryClient.setQueryData(['rules', rule.id], now);
        step({ kind: 'replace', draft: kept.current });
        setProblem(undefined);
        setSaving('saved');
      }, failed);
    },
    keepMine: () => {
      void readRule(rule.id).then((now) => {
        version.current = now.version;
        conflict.current = false;
        return save();
      }, failed);
    },
  };
}
