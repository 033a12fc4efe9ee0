/** The wrap-up form on screen, reachable by key from anywhere. */
interface Handle {
  submit(): void;
  focus(): void;
}

let shown: Handle | undefined;

export function showWrapUp(handle: Handle): () => void {
  shown = handle;
  return () => {
    if (shown === handle) shown = undefined;
  };
}

export function submitWrapUp(): void {
  shown?.submit();
}

export function focusWrapUp(): void {
  // The form may only appear with the page that is being opened.
  requestAnimationFrame(() => shown?.focus());
}
