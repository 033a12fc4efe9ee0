import { type RefObject, useEffect } from 'react';
import { placesOf } from '../model/arrange';
import { copy, paste, readClipping } from '../model/edit';
import { toGraph } from '../model/graph';
import { useEditorStore } from './store';

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));

/** Keys of the editor, by their place on the keyboard. An effect, because the window is outside React. */
export function useEditorKeys(area: RefObject<HTMLElement | null>): void {
  const store = useEditorStore();
  useEffect(() => {
    const chosenOf = () => {
      const { chosen, history } = store.getState();
      const graph = toGraph(history.now, store.catalogue);
      return { graph, chosen, places: placesOf(graph, store.catalogue) };
    };
    const pasted = (text: string) => {
      const clip = readClipping(text);
      if (!clip || store.readOnly) return;
      let added: string[] = [];
      store.getState().edit((graph) => {
        const next = paste(
          { ...graph, places: placesOf(graph, store.catalogue) },
          clip,
          store.catalogue,
        );
        added = next.added;
        return next.graph;
      });
      store.getState().choose(added);
    };
    const key = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || typing(event.target)) return;
      const { undo, redo, choose, history } = store.getState();
      switch (event.code) {
        case 'KeyZ':
          event.shiftKey ? redo() : undo();
          break;
        case 'KeyY':
          redo();
          break;
        case 'KeyA':
          choose(Object.keys(history.now.nodes));
          break;
        case 'KeyF':
          document.getElementById('flow-search')?.focus();
          break;
        case 'KeyD': {
          const { graph, chosen, places } = chosenOf();
          pasted(JSON.stringify(copy(graph, chosen, places)));
          break;
        }
        default:
          return;
      }
      event.preventDefault();
    };
    const copied = (event: ClipboardEvent) => {
      if (typing(event.target) || String(getSelection() ?? '') !== '') return;
      const { graph, chosen, places } = chosenOf();
      if (chosen.size === 0) return;
      event.clipboardData?.setData('text/plain', JSON.stringify(copy(graph, chosen, places)));
      event.preventDefault();
    };
    const put = (event: ClipboardEvent) => {
      if (!typing(event.target)) pasted(event.clipboardData?.getData('text/plain') ?? '');
    };
    const within = area.current;
    if (!within) return;
    window.addEventListener('keydown', key);
    document.addEventListener('copy', copied);
    document.addEventListener('paste', put);
    return () => {
      window.removeEventListener('keydown', key);
      document.removeEventListener('copy', copied);
      document.removeEventListener('paste', put);
    };
  }, [store, area]);
}
