import { describe, expect, it } from 'vitest';
import { backoff, Connection, type Line, type Report, type SocketLike } from './connection';

class FakeSocket implements SocketLike {
  sent: string[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.closed = true;
  }
}

function bench() {
  const sockets: FakeSocket[] = [];
  const reports: Report[] = [];
  const at = { now: 0 };
  const connection = new Connection('ws://x', {
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    now: () => at.now,
    random: () => 1,
    emit: (report) => reports.push(report),
  });
  const pass = (ms: number) => {
    for (let step = 0; step < ms; step += 100) {
      at.now += 100;
      connection.tick();
    }
  };
  const last = () => sockets[sockets.length - 1] as FakeSocket;
  const lines = (): Line[] =>
    reports.flatMap((report) => (report.kind === 'line' ? [report.line] : []));
  const ping = () => last().onmessage?.({ data: '{"type":"ping","at":"2026-11-22T10:00:00Z"}' });
  return { connection, sockets, reports, pass, last, lines, ping };
}

describe('the connection', () => {
  it('says within two seconds that the line is silent, and takes it back with the next frame', () => {
    const { connection, pass, last, lines, ping } = bench();
    connection.start();
    last().onopen?.();
    ping();
    pass(1_700);
    expect(lines().at(-1)).toBe('open');
    pass(200);
    expect(lines().at(-1)).toBe('stale');
    ping();
    expect(lines().at(-1)).toBe('open');
  });
  it('gives up a silent socket after five seconds and dials again', () => {
    const { connection, pass, last, lines, sockets } = bench();
    connection.start();
    last().onopen?.();
    pass(5_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(lines().at(-1)).toBe('waiting');
    pass(300);
    expect(sockets).toHaveLength(2);
  });
  it('waits longer after every failure and forgets them with the first frame', () => {
    const { connection, pass, last, reports, sockets, ping } = bench();
    connection.start();
    for (let n = 0; n < 3; n += 1) {
      last().onclose?.({ code: 1006 });
      pass(5_000);
    }
    expect(sockets).toHaveLength(4);
    last().onopen?.();
    ping();
    last().onclose?.({ code: 1006 });
    expect(reports.at(-1)).toMatchObject({ line: 'waiting', attempt: 1 });
  });
  it('does not come back by itself when another desk took over', () => {
    const { connection, pass, last, lines, sockets } = bench();
    connection.start();
    last().onopen?.();
    last().onclose?.({ code: 4001 });
    pass(20_000);
    expect(lines().at(-1)).toBe('taken_over');
    expect(sockets).toHaveLength(1);
    connection.start();
    expect(sockets).toHaveLength(2);
  });
  it('hurries when the network is back', () => {
    const { connection, last, sockets } = bench();
    connection.start();
    last().onclose?.({ code: 1006 });
    connection.hurry();
    expect(sockets).toHaveLength(2);
  });
  it('refuses to send while there is no line', () => {
    const { connection, last } = bench();
    connection.start();
    expect(connection.send({ type: 'pong' })).toBe(false);
    last().onopen?.();
    expect(connection.send({ type: 'pong' })).toBe(true);
  });
});

describe('the pause before the next attempt', () => {
  it('doubles up to five seconds and is spread by half', () => {
    expect([1, 2, 3, 5, 9].map((n) => backoff(n, 1))).toEqual([250, 500, 1_000, 4_000, 5_000]);
    expect(backoff(1, 0)).toBe(125);
  });
});
