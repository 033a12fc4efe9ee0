/** The one door to live data: a socket in a worker, frames applied here, React told through a store. */
import { create, type StoreApi, type UseBoundStore } from 'zustand';
import { applyFrame, resumePoint, type Topics as States } from './apply';
import type { Line, Report } from './connection';
import type { ServerFrame, Topic, Topics } from './frames';
import { newKey } from './http';
import type { ToWorker } from './live.worker';
import { Problem } from './problem';
import { queryClient } from './query';
import { skew } from './skew';

/** How long a command waits for its answer before the button comes back with an error. */
const COMMAND_TIMEOUT_MS = 10_000;

export interface LiveState {
  line: Line;
  /** Failed attempts since the last frame. */
  attempt: number;
  /** Whether anything was ever received. */
  known: boolean;
  /** `performance.now()` of the newest frame. */
  heardAt: number;
  /** Round trip of the last answered command, in milliseconds. */
  latency: number | undefined;
  /** Names of commands that wait for their answer. */
  pending: readonly string[];
  topics: States;
}

interface Waiting {
  name: string;
  sentAt: number;
  timer: ReturnType<typeof setTimeout>;
  resolve(result: unknown): void;
  reject(problem: Problem): void;
}

export interface Live {
  use: UseBoundStore<StoreApi<LiveState>>;
  /** Sends a command and waits for what the server says. Never optimistic. */
  command<T>(name: string, args?: Record<string, unknown>): Promise<T>;
  data<K extends Topic>(topic: K): Topics[K] | undefined;
  hurry(): void;
  restart(): void;
  stop(): void;
}

export function openLive(path: string, topics: Topic[]): Live {
  const use = create<LiveState>(() => ({
    line: 'connecting',
    attempt: 0,
    known: false,
    heardAt: performance.now(),
    latency: undefined,
    pending: [],
    topics: {},
  }));
  const waiting = new Map<string, Waiting>();
  const worker = new Worker(new URL('./live.worker.ts', import.meta.url), { type: 'module' });
  const tell = (order: ToWorker) => worker.postMessage(order);

  const settle = (id: string): Waiting | undefined => {
    const found = waiting.get(id);
    if (!found) return undefined;
    clearTimeout(found.timer);
    waiting.delete(id);
    use.setState({ pending: [...waiting.values()].map((command) => command.name) });
    return found;
  };
  const failAll = () => {
    for (const id of [...waiting.keys()])
      settle(id)?.reject(new Problem({ code: 'connection-lost' }, 0));
  };
  const subscribe = (topic: Topic, resume: boolean) => {
    const point = resume ? resumePoint(use.getState().topics, topic) : undefined;
    tell({ do: 'send', frame: { type: 'subscribe', topic, ...(point ? { resume: point } : {}) } });
  };
  const onFrame = (frame: ServerFrame) => {
    const heardAt = performance.now();
    if ('at' in frame) skew.sample(frame.at);
    if (frame.type === 'ack') {
      const command = settle(frame.id);
      if (command) {
        use.setState({ latency: heardAt - command.sentAt });
        command.resolve(frame.result);
      }
    } else if (frame.type === 'problem') {
      const problem = new Problem(frame.problem, frame.problem.status ?? 500);
      if (frame.id) settle(frame.id)?.reject(problem);
      else console.warn('live problem', frame.problem);
    }
    const applied = applyFrame(use.getState().topics, frame);
    use.setState({ heardAt, known: true, topics: applied.topics });
    if (applied.gap) subscribe(applied.gap, false);
  };

  worker.onmessage = (event: MessageEvent<Report>) => {
    const report = event.data;
    if (report.kind === 'frame') {
      onFrame(report.frame);
      return;
    }
    const before = use.getState().line;
    use.setState({ line: report.line, attempt: report.attempt });
    // Perhaps it is not the network: the session may have ended meanwhile.
    if (report.line === 'waiting' && report.attempt % 5 === 3) {
      void queryClient.invalidateQueries({ queryKey: ['session'] });
    }
    if (report.line === 'open' && before !== 'stale')
      for (const topic of topics) subscribe(topic, true);
    if (report.line === 'waiting' || report.line === 'closed' || report.line === 'taken_over')
      failAll();
  };
  const hurry = () => tell({ do: 'hurry' });
  window.addEventListener('online', hurry);
  const start = () =>
    tell({ do: 'start', url: new URL(path, location.href.replace(/^http/, 'ws')).href });
  start();

  return {
    use,
    hurry,
    restart: start,
    data: <K extends Topic>(topic: K) =>
      use.getState().topics[topic]?.data as Topics[K] | undefined,
    command: <T>(name: string, args: Record<string, unknown> = {}) =>
      new Promise<T>((resolve, reject) => {
        const { line } = use.getState();
        if (line !== 'open' && line !== 'stale') {
          reject(new Problem({ code: 'connection-lost' }, 0));
          return;
        }
        const id = newKey();
        const timer = setTimeout(
          () => settle(id)?.reject(new Problem({ code: 'no-answer' }, 0)),
          COMMAND_TIMEOUT_MS,
        );
        waiting.set(id, {
          name,
          sentAt: performance.now(),
          timer,
          resolve: resolve as never,
          reject,
        });
        use.setState({ pending: [...waiting.values()].map((command) => command.name) });
        tell({ do: 'send', frame: { type: 'command', id, name, args } });
      }),
    stop: () => {
      window.removeEventListener('online', hurry);
      failAll();
      worker.terminate();
    },
  };
}
