import { create } from 'zustand';
import { remember, remembered } from './store';

export type ThemeChoice = 'light' | 'dark' | 'system';

const system = globalThis.matchMedia?.('(prefers-color-scheme: dark)');

function effective(choice: ThemeChoice): 'light' | 'dark' {
  if (choice !== 'system') return choice;
  return system?.matches ? 'dark' : 'light';
}

interface ThemeStore {
  choice: ThemeChoice;
  shown: 'light' | 'dark';
  choose(choice: ThemeChoice): void;
}

function show(shown: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = shown;
  document.documentElement.style.colorScheme = shown;
}

export const useTheme = create<ThemeStore>((set) => {
  const choice = remembered<ThemeChoice>('theme', 'system');
  show(effective(choice));
  return {
    choice,
    shown: effective(choice),
    choose: (next) => {
      remember('theme', next);
      show(effective(next));
      set({ choice: next, shown: effective(next) });
    },
  };
});

system?.addEventListener('change', () => {
  const { choice } = useTheme.getState();
  show(effective(choice));
  useTheme.setState({ shown: effective(choice) });
});

/** The look of the person's record, on a browser where nobody has chosen another. */
export function adoptTheme(theme: string): void {
  const known = (['light', 'dark', 'system'] as const).find((choice) => choice === theme);
  if (!known || remembered<ThemeChoice | undefined>('theme', undefined) !== undefined) return;
  show(effective(known));
  useTheme.setState({ choice: known, shown: effective(known) });
}
