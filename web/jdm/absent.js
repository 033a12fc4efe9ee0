// Stands for what only function nodes and spreadsheet files of the editor need: we forbid the one and read the other ourselves.
export const Editor = () => null;
export const DiffEditor = () => null;
export const loader = { config: () => undefined, init: () => new Promise(() => undefined) };
export const useMonaco = () => null;
export const MarkerSeverity = {};
export default {};
