import { createContext, useContext } from 'react';
import { createStore, type StoreApi, useStore } from 'zustand';
import type { Definition, Fault, NodeBody, NodeType, Point } from '../../../api/flow-types';
import { placesOf } from '../model/arrange';
import type { Catalogue } from '../model/catalogue';
import { add } from '../model/edit';
import { type Graph, toDefinition, toGraph } from '../model/graph';
import { begun, done, type History, redone, undone } from '../model/history';

/** One flow on the drawing board. */
export interface Editor {
  history: History<Definition>;
  chosen: ReadonlySet<string>;
  faults: readonly Fault[];
  /** The nodes that a trial went through, and where it stands. */
  walked: readonly string[];
  /** Asks the canvas to bring a node, or everything, into view; a new object each time. */
  seek: { key: string | undefined } | undefined;
  edit(change: (graph: Graph) => Graph, tag?: string): void;
  replace(definition: Definition, tag?: string): void;
  setBody(key: string, body: NodeBody): void;
  /** Adds a node and shows it: where it was dropped, or behind the chosen one. */
  add(type: NodeType, spot?: Point): void;
  undo(): void;
  redo(): void;
  choose(keys: Iterable<string>): void;
  show(key: string): void;
  /** Everything into view. */
  showAll(): void;
}

export type EditorStore = StoreApi<Editor> & { catalogue: Catalogue; readOnly: boolean };

export function makeEditor(
  first: Definition,
  catalogue: Catalogue,
  readOnly: boolean,
): EditorStore {
  const store = createStore<Editor>((set, get) => {
    const put = (next: Definition, tag?: string) => {
      if (!readOnly) set({ history: done(get().history, next, tag, Date.now()) });
    };
    const kept = (history: History<Definition>) => {
      const { chosen } = get();
      const there = [...chosen].filter((key) => key in history.now.nodes);
      set({ history, chosen: new Set(there) });
    };
    return {
      history: begun(first),
      chosen: new Set(),
      faults: [],
      walked: [],
      seek: undefined,
      edit: (change, tag) => {
        const graph = toGraph(get().history.now, catalogue);
        put(toDefinition(change(graph), catalogue), tag);
      },
      replace: put,
      setBody: (key, body) => {
        const { now } = get().history;
        put({ ...now, nodes: { ...now.nodes, [key]: body } }, `body ${key}`);
      },
      add: (type, spot) => {
        const [after] = get().chosen;
        const graph = toGraph(get().history.now, catalogue);
        const places = placesOf(graph, catalogue);
        const where = { places, ...(spot ? { place: spot } : after ? { after } : {}) };
        const added = add(graph, type, catalogue, where);
        put(toDefinition(added.graph, catalogue));
        set({ chosen: new Set([added.key]), ...(spot ? {} : { seek: { key: added.key } }) });
      },
      undo: () => kept(undone(get().history)),
      redo: () => kept(redone(get().history)),
      choose: (keys) => set({ chosen: new Set(keys) }),
      show: (key) => set({ chosen: new Set([key]), seek: { key } }),
      showAll: () => set({ seek: { key: undefined } }),
    };
  });
  return Object.assign(store, { catalogue, readOnly });
}

export const EditorContext = createContext<EditorStore | undefined>(undefined);

export function useEditorStore(): EditorStore {
  const store = useContext(EditorContext);
  if (!store) throw new Error('only inside the editor');
  return store;
}

export function useEditor<T>(pick: (editor: Editor) => T): T {
  return useStore(useEditorStore(), pick);
}

export const useDefinition = () => useEditor((editor) => editor.history.now);
