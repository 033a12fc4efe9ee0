import type { Desk, PresenceState } from '../../api/frames';

/** What the presence button can ask for now. During a contact the wish becomes the next status. */
export function wishes(state: PresenceState): {
  ready: boolean;
  notReady: boolean;
  asNext: boolean;
} {
  switch (state) {
    case 'ready':
      return { ready: false, notReady: true, asNext: false };
    case 'not_ready':
      return { ready: true, notReady: true, asNext: false };
    case 'not_responding':
      return { ready: true, notReady: true, asNext: false };
    case 'ringing':
    case 'on_contact':
    case 'wrap_up':
      return { ready: true, notReady: true, asNext: true };
    case 'syncing':
    case 'disconnected':
      return { ready: false, notReady: false, asNext: false };
  }
}

/** The state as people see it: a held contact is a state of its own. */
export function shownState(desk: Desk): PresenceState | 'held' {
  return desk.presence.state === 'on_contact' && desk.contact?.state === 'held'
    ? 'held'
    : desk.presence.state;
}
