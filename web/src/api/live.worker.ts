/** Holds the socket: timers of a worker are not slowed down when the tab is in the background. */
import { Connection, type Report, type SocketLike } from './connection';
import type { ClientFrame } from './frames';

export type ToWorker =
  | { do: 'start'; url: string }
  | { do: 'send'; frame: ClientFrame }
  | { do: 'hurry' }
  | { do: 'stop' };

let connection: Connection | undefined;

self.onmessage = (event: MessageEvent<ToWorker>) => {
  const order = event.data;
  if (order.do === 'start') {
    connection ??= new Connection(order.url, {
      open: (url) => new WebSocket(url) as unknown as SocketLike,
      now: () => performance.now(),
      random: Math.random,
      emit: (report: Report) => self.postMessage(report),
    });
    connection.start();
  } else if (order.do === 'send') connection?.send(order.frame);
  else if (order.do === 'hurry') connection?.hurry();
  else connection?.stop();
};

setInterval(() => connection?.tick(), 100);
