/** Shortcuts by physical key (`KeyboardEvent.code`), so that they work on a Cyrillic layout too. */

export type Action =
  | 'accept'
  | 'reject'
  | 'mute'
  | 'hold'
  | 'end'
  | 'ready'
  | 'not_ready'
  | 'wrap_up'
  | 'customer'
  | 'script_next'
  | 'script_back'
  | 'palette'
  | 'help';

export interface Shortcut {
  code: string;
  alt?: boolean;
  ctrl?: boolean;
  /** Has to be pressed twice; the second press counts as `confirms` says. */
  twice?: boolean;
}

export const SHORTCUTS: Record<Action, Shortcut> = {
  accept: { code: 'KeyA', alt: true },
  reject: { code: 'KeyX', alt: true, twice: true },
  mute: { code: 'KeyM', alt: true },
  hold: { code: 'KeyH', alt: true },
  end: { code: 'KeyE', alt: true },
  ready: { code: 'KeyR', alt: true },
  not_ready: { code: 'KeyN', alt: true },
  wrap_up: { code: 'KeyW', alt: true },
  customer: { code: 'KeyF', alt: true },
  script_next: { code: 'Period', alt: true },
  script_back: { code: 'Comma', alt: true },
  palette: { code: 'KeyK', ctrl: true },
  help: { code: 'Slash', alt: true },
};

export interface KeyPress {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  repeat: boolean;
}

/** The action of a key press, if it has one. A held-down key counts once. */
export function actionOf(press: KeyPress): Action | undefined {
  if (press.repeat || press.shiftKey) return undefined;
  const ctrl = press.ctrlKey || press.metaKey;
  for (const [action, shortcut] of Object.entries(SHORTCUTS) as [Action, Shortcut][]) {
    if (
      shortcut.code === press.code &&
      Boolean(shortcut.alt) === press.altKey &&
      Boolean(shortcut.ctrl) === ctrl
    ) {
      return action;
    }
  }
  return undefined;
}

export const TWICE_GUARD_MS = 300;
export const TWICE_WITHIN_MS = 4_000;
/** Ending takes two presses, end and then complete; the second counts only this long after the end. */
export const COMPLETE_GUARD_MS = 1_000;

/** Whether a second press confirms: not a bounce of the first, and not long after it. */
export function confirms(firstAt: number | undefined, now: number): boolean {
  if (firstAt === undefined) return false;
  const passed = now - firstAt;
  return passed >= TWICE_GUARD_MS && passed <= TWICE_WITHIN_MS;
}

/** What stands on keys that have no letter, on a Latin keyboard. */
const SIGNS: Record<string, string> = { Slash: '/', Period: '.', Comma: ',' };

/** "Alt+A", "Ctrl+K", "Alt+/". */
export function keyLabel(action: Action): string {
  const { code, alt, ctrl } = SHORTCUTS[action];
  const key = SIGNS[code] ?? code.replace(/^Key/, '');
  return [ctrl ? 'Ctrl' : '', alt ? 'Alt' : '', key].filter(Boolean).join('+');
}
