const FIELDS = 'input:not([type=hidden], [readonly]), textarea:not([readonly])';

/**
 * For `afterOpenChange` of dialogs and drawers: the first field has the focus, so that one types at once. By itself it goes
 * to the cross that closes, because a field cannot be focused before the window is seen.
 */
export function focusFirst(shown: boolean): void {
  if (!shown) return;
  const body = [...document.querySelectorAll('.ant-drawer-body, .ant-modal-body')].at(-1);
  if (!body || body.contains(document.activeElement)) return;
  const fields = [...body.querySelectorAll<HTMLInputElement>(FIELDS)];
  fields.find((field) => !field.disabled)?.focus({ preventScroll: true });
}
