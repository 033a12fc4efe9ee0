import { useEffect } from 'react';
import { allActions } from '../lib/actions';
import { actionOf, confirms, SHORTCUTS } from '../lib/keys';
import { usePrefs } from '../lib/prefs';

/**
 * Runs what is on screen by its key. An effect, because the window is outside React.
 * `special` are the actions that the shell itself answers.
 */
export function useKeyboard(special: { palette(): void; help(): void }): void {
  useEffect(() => {
    let first: { action: string; at: number } | undefined;
    const listen = (event: KeyboardEvent) => {
      const action = actionOf(event);
      if (!action) return;
      if (action !== 'palette' && !usePrefs.getState().shortcuts) return;
      if (action === 'palette' || action === 'help') {
        event.preventDefault();
        special[action]();
        return;
      }
      const found = allActions().find((doable) => doable.key === action);
      if (!found) return;
      event.preventDefault();
      if (found.reason) return;
      if (SHORTCUTS[action].twice) {
        const now = performance.now();
        if (!confirms(first?.action === action ? first.at : undefined, now)) {
          first = { action, at: now };
          return;
        }
        first = undefined;
      }
      found.run();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, [special]);
}
