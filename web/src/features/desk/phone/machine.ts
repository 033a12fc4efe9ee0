/** The softphone's life as a pure machine: what happened in, what to do out. */

export type Blocked = 'denied' | 'missing' | 'insecure' | 'busy';

export type PhoneAt =
  | { at: 'off' }
  | { at: 'microphone' }
  | { at: 'blocked'; why: Blocked }
  | { at: 'offering' }
  | { at: 'answering' }
  | { at: 'connecting' }
  | { at: 'connected' }
  /** Waits for its timer, or for the line to the server. */
  | { at: 'retrying' };

export interface Machine {
  phone: PhoneAt;
  /** Failed attempts in a row. */
  attempt: number;
  /** Whether the socket that carries commands is open and has told us of our desk. */
  line: boolean;
  /** Whether a contact is on: then the microphone is sent. */
  sending: boolean;
}

export type PhoneEvent =
  | { on: 'start' }
  | { on: 'stop' }
  | { on: 'microphone_open' }
  | { on: 'microphone_failed'; why: Blocked }
  /** The headset was pulled out. */
  | { on: 'microphone_lost' }
  | { on: 'offer_made'; sdp: string }
  | { on: 'answer'; sdp: string }
  /** An attempt failed: the browser could not, or the server refused. */
  | { on: 'attempt_failed' }
  | { on: 'media_up' }
  | { on: 'media_lost' }
  | { on: 'retry_due' }
  /** `connected` is what the server says of our phone at that moment. */
  | { on: 'line_up'; connected: boolean }
  | { on: 'line_down' }
  | { on: 'send'; microphone: boolean };

export type PhoneEffect =
  | { do: 'open_microphone' }
  | { do: 'close_microphone' }
  | { do: 'make_offer' }
  | { do: 'send_offer'; sdp: string }
  | { do: 'apply_answer'; sdp: string }
  | { do: 'close_peer' }
  | { do: 'retry_in'; ms: number }
  | { do: 'send_microphone'; on: boolean };

export const initial: Machine = { phone: { at: 'off' }, attempt: 0, line: false, sending: false };

export function retryDelay(attempt: number): number {
  return Math.min(8_000, 250 * 2 ** Math.max(0, attempt - 1));
}

type Stepped = [Machine, PhoneEffect[]];

const alive = (at: PhoneAt['at']) =>
  at === 'offering' || at === 'answering' || at === 'connecting' || at === 'connected';

function dial(machine: Machine): Stepped {
  if (!machine.line) return [{ ...machine, phone: { at: 'retrying' } }, []];
  return [{ ...machine, phone: { at: 'offering' } }, [{ do: 'make_offer' }]];
}

function again(machine: Machine): Stepped {
  const attempt = machine.attempt + 1;
  const wait: PhoneEffect[] = machine.line ? [{ do: 'retry_in', ms: retryDelay(attempt) }] : [];
  return [{ ...machine, attempt, phone: { at: 'retrying' } }, [{ do: 'close_peer' }, ...wait]];
}

export function step(machine: Machine, event: PhoneEvent): Stepped {
  const { at } = machine.phone;
  switch (event.on) {
    case 'start':
      if (at !== 'off' && at !== 'blocked') return [machine, []];
      return [{ ...machine, attempt: 0, phone: { at: 'microphone' } }, [{ do: 'open_microphone' }]];
    case 'stop':
      return [
        { ...initial, line: machine.line },
        [{ do: 'close_peer' }, { do: 'close_microphone' }],
      ];
    case 'microphone_open':
      return at === 'microphone' ? dial(machine) : [machine, []];
    case 'microphone_failed':
      if (at !== 'microphone') return [machine, []];
      return [{ ...machine, phone: { at: 'blocked', why: event.why } }, [{ do: 'close_peer' }]];
    case 'microphone_lost':
      if (at === 'off' || at === 'blocked') return [machine, []];
      return [
        { ...machine, attempt: 0, phone: { at: 'microphone' } },
        [{ do: 'close_peer' }, { do: 'open_microphone' }],
      ];
    case 'offer_made':
      if (at !== 'offering') return [machine, []];
      return [{ ...machine, phone: { at: 'answering' } }, [{ do: 'send_offer', sdp: event.sdp }]];
    case 'answer':
      if (at !== 'answering') return [machine, []];
      return [
        { ...machine, phone: { at: 'connecting' } },
        [{ do: 'apply_answer', sdp: event.sdp }],
      ];
    case 'media_up':
      if (at !== 'connecting') return [machine, []];
      return [
        { ...machine, attempt: 0, phone: { at: 'connected' } },
        [{ do: 'send_microphone', on: machine.sending }],
      ];
    case 'attempt_failed':
    case 'media_lost':
      return alive(at) ? again(machine) : [machine, []];
    case 'retry_due':
      return at === 'retrying' ? dial(machine) : [machine, []];
    case 'line_up': {
      const up = { ...machine, line: true };
      if (at === 'retrying') return dial({ ...up, attempt: 0 });
      // The server forgot our media (it restarted, or another desk took over in between): begin anew.
      if (at === 'connected' && !event.connected) {
        const [next, effects] = dial({ ...up, attempt: 0 });
        return [next, [{ do: 'close_peer' }, ...effects]];
      }
      return [up, []];
    }
    case 'line_down': {
      const down = { ...machine, line: false };
      // Media does not travel on the socket: an established call goes on without it.
      return alive(at) && at !== 'connected' ? again(down) : [down, []];
    }
    case 'send': {
      if (machine.sending === event.microphone) return [machine, []];
      const next = { ...machine, sending: event.microphone };
      return [next, at === 'connected' ? [{ do: 'send_microphone', on: event.microphone }] : []];
    }
  }
}
