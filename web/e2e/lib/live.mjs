// A bare client of the live sockets: keeps a topic as its frames say, and when each frame came.
import WebSocket from 'ws';
import { until } from './wait.mjs';

export class LiveClient {
  /** Opens a socket of `url` (http or ws) and subscribes to `topic`. */
  static async open(url, topic, { cookie } = {}) {
    const client = new LiveClient();
    client.topic = topic;
    client.frames = [];
    client.socket = new WebSocket(url.replace(/^http/, 'ws'), { headers: cookie ? { cookie } : {} });
    client.closed = new Promise((done) => client.socket.once('close', (code) => done(code)));
    client.socket.on('message', (text) => client.#hear(JSON.parse(text)));
    await new Promise((done, fail) => {
      client.socket.once('open', done);
      client.socket.once('error', fail);
    });
    client.send({ type: 'subscribe', topic });
    return client;
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }

  async until(what, condition, options) {
    return until(what, () => this.data && condition(this.data), { everyMs: 10, ...options });
  }

  /** When the first frame at or after `from` made `condition` true, in epoch milliseconds. */
  async when(what, condition, from) {
    return until(what, () => this.frames.find((frame) => frame.at >= from && condition(frame.data))?.at, { everyMs: 10 });
  }

  close() {
    this.socket.close();
  }

  #hear(frame) {
    this.last = frame;
    if (frame.type === 'problem') this.problem = frame;
    if (frame.topic !== this.topic) return;
    if (frame.type === 'snapshot') this.data = frame.data;
    else if (frame.type === 'delta') this.data = merged(this.data, frame.patch);
    this.frames.push({ at: Date.now(), data: this.data });
  }
}

/** RFC 7396. */
function merged(target, patch) {
  if (patch === null || typeof patch !== 'object' || Array.isArray(patch)) return patch;
  const result = target !== null && typeof target === 'object' && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
