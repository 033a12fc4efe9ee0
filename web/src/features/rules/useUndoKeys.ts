import { useEffect } from 'react';
import type { Editing } from './useDraft';

/** Ctrl+Z and Ctrl+Shift+Z or Ctrl+Y, by the place of the key, also inside fields: the draft is one text. */
export function useUndoKeys({ undo, redo }: Pick<Editing, 'undo' | 'redo'>): void {
  // An effect, because the keys are pressed anywhere on the page.
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('[data-own-undo]')) return;
      const again = event.code === 'KeyY' || (event.code === 'KeyZ' && event.shiftKey);
      if (!again && event.code !== 'KeyZ') return;
      event.preventDefault();
      if (again) redo?.();
      else undo?.();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [undo, redo]);
}
