import type { ClientFrame, ServerFrame } from './frames';

/** How the line to the server stands. `stale`: connected, but silent for too long. */
export type Line = 'connecting' | 'open' | 'stale' | 'waiting' | 'taken_over' | 'closed';

export type Report =
  | { kind: 'line'; line: Line; attempt: number; retryAt?: number }
  | { kind: 'frame'; frame: ServerFrame };

/** Silence after which the screen says so. The server pings every second; cut and said within 2 s. */
export const STALE_AFTER_MS = 1_800;
/** Silence after which a connection that still looks open is given up. */
export const DEAD_AFTER_MS = 5_000;
export const TAKEN_OVER = 4001;

export interface SocketLike {
  send(text: string): void;
  close(): void;
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
}

export interface Surroundings {
  open(url: string): SocketLike;
  now(): number;
  random(): number;
  emit(report: Report): void;
}

/** Wait before attempt `n` (1 is the first repeat): 250 ms doubling to 5 s, with jitter of one half. */
export function backoff(attempt: number, random: number): number {
  const ceiling = Math.min(5_000, 250 * 2 ** Math.max(0, attempt - 1));
  return Math.round(ceiling * (0.5 + 0.5 * random));
}

/** One socket kept alive. It is driven by `tick()`, called every 100 ms by whoever owns a timer. */
export class Connection {
  private socket: SocketLike | undefined;
  private line: Line = 'closed';
  private attempt = 0;
  private heardAt = 0;
  private retryAt = 0;

  constructor(
    private readonly url: string,
    private readonly around: Surroundings,
  ) {}

  start(): void {
    if (this.line === 'closed' || this.line === 'taken_over') this.dial();
  }

  /** Sends when the line is open; says whether it did. */
  send(frame: ClientFrame): boolean {
    if (!this.socket || (this.line !== 'open' && this.line !== 'stale')) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** Tries now instead of waiting: the network came back, or a person pressed the button. */
  hurry(): void {
    if (this.line === 'waiting') this.dial();
  }

  stop(): void {
    this.drop();
    this.say('closed');
  }

  tick(): void {
    const now = this.around.now();
    if (this.line === 'waiting' && now >= this.retryAt) {
      this.dial();
      return;
    }
    if (this.line === 'waiting' || this.line === 'closed' || this.line === 'taken_over') return;
    const silence = now - this.heardAt;
    if (silence >= DEAD_AFTER_MS) {
      this.drop();
      this.lost();
    } else if (silence >= STALE_AFTER_MS && this.line === 'open') {
      this.say('stale');
    }
  }

  private dial(): void {
    this.drop();
    this.heardAt = this.around.now();
    this.say('connecting');
    const socket = this.around.open(this.url);
    this.socket = socket;
    socket.onopen = () => {
      this.heardAt = this.around.now();
      this.say('open');
    };
    socket.onmessage = (event) => this.hear(event.data);
    socket.onclose = (event) => {
      this.socket = undefined;
      if (event.code === TAKEN_OVER) this.say('taken_over');
      else this.lost();
    };
  }

  private hear(data: unknown): void {
    this.heardAt = this.around.now();
    if (this.line === 'stale') this.say('open');
    if (typeof data !== 'string') return;
    const frame = JSON.parse(data) as ServerFrame;
    this.attempt = 0;
    this.around.emit({ kind: 'frame', frame });
  }

  private lost(): void {
    this.attempt += 1;
    this.retryAt = this.around.now() + backoff(this.attempt, this.around.random());
    this.say('waiting');
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = null;
    socket.onmessage = null;
    socket.onclose = null;
    socket.close();
  }

  private say(line: Line): void {
    this.line = line;
    const retry = line === 'waiting' ? { retryAt: this.retryAt } : {};
    this.around.emit({ kind: 'line', line, attempt: this.attempt, ...retry });
  }
}
