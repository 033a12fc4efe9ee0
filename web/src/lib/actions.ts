import { create } from 'zustand';
import type { Action } from './keys';

/** One thing a person can do now: shown in the palette and reached by its key. */
export interface Doable {
  id: string;
  label: string;
  key?: Action;
  /** Why it cannot be done now; then it is listed but not run. */
  reason?: string | undefined;
  run(): void;
}

interface ActionStore {
  groups: Record<string, Doable[]>;
  set(group: string, actions: Doable[]): void;
  clear(group: string): void;
}

/** What is on screen registers what can be done; palette and keyboard read it. */
export const useActions = create<ActionStore>((set) => ({
  groups: {},
  set: (group, actions) => set((state) => ({ groups: { ...state.groups, [group]: actions } })),
  clear: (group) =>
    set((state) => {
      const { [group]: _, ...groups } = state.groups;
      return { groups };
    }),
}));

export function allActions(): Doable[] {
  return Object.values(useActions.getState().groups).flat();
}
