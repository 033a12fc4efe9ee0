// A real server with a data folder of its own, started and stopped as a person would.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, until } from './wait.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** The binary under test: TRUNKLINE_BIN, or the debug build of this checkout. */
export function binary() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target');
  const path = process.env.TRUNKLINE_BIN ?? join(target, 'debug/trunkline');
  if (!existsSync(path)) throw new Error(`${path} does not exist: run cargo build first`);
  return path;
}

export class Server {
  /** Starts a server and waits until it is ready. `settings` are environment settings without the prefix. */
  static async start({ settings = {}, dir, clock } = {}) {
    const server = new Server();
    server.clock = clock;
    server.dir = dir ?? mkdtempSync(join(tmpdir(), 'trunkline-journey-'));
    // As the server itself makes it: the account of the private Postgres passes through.
    chmodSync(server.dir, 0o711);
    server.http = await freePort();
    server.sip = await freePort();
    server.webrtc = await freePort();
    server.settings = settings;
    await server.run();
    return server;
  }

  async run() {
    const settings = {
      SERVER__DATA_DIR: this.dir,
      HTTP__ADDRESS: `127.0.0.1:${this.http}`,
      SIP__LISTEN_UDP: `127.0.0.1:${this.sip}`,
      SIP__LISTEN_TCP: `127.0.0.1:${this.sip}`,
      MEDIA__WEBRTC_LISTEN: `127.0.0.1:${this.webrtc}`,
      SERVER__DRAIN_SECONDS: '2',
      ...this.settings,
    };
    const env = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`TRUNKLINE__${key}`, value]));
    this.log = '';
    this.process = spawn(binary(), ['run'], {
      cwd: ROOT,
      env: { ...process.env, ...env, ...this.clock?.environment() },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = new Promise((done) => this.process.once('exit', (code, signal) => done({ code, signal })));
    const keep = (text) => (this.log = (this.log + text).slice(-200_000));
    this.process.stdout.on('data', keep);
    this.process.stderr.on('data', keep);
    const ended = this.exited.then(({ code, signal }) => {
      throw new Error(`the server ended with ${code ?? signal}`);
    });
    ended.catch(() => undefined);
    const ready = until('the server is ready', () => this.isReady(), { seconds: 60 });
    await Promise.race([ready, ended]).catch((error) => {
      throw new Error(`${error.message}\n${this.log.slice(-4000)}`);
    });
  }

  get url() {
    return `http://127.0.0.1:${this.http}`;
  }

  async isReady() {
    const answer = await fetch(`${this.url}/readyz`).catch(() => null);
    return answer?.status === 200;
  }

  /** Signs in over the API: a function that fetches with the session. */
  async signIn(login, password) {
    const answer = await fetch(`${this.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.url },
      body: JSON.stringify({ login, password }),
    });
    if (!answer.ok) throw new Error(`sign-in of ${login}: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers.getSetCookie()[0].split(';')[0];
    return async (path, { method = 'GET', body, headers = {} } = {}) => {
      const response = await fetch(`${this.url}/api/v1${path}`, {
        method,
        headers: { cookie, origin: this.url, ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
        body: body ? JSON.stringify(body) : undefined,
      });
      return response;
    };
  }

  /** As Ctrl-C does. */
  async stop() {
    this.process.kill('SIGINT');
    return this.exited;
  }

  /** Stopped, and started on the same data at another time. */
  async startAgain(clock) {
    await this.stop();
    this.clock = clock;
    await this.run();
  }

  async kill9() {
    this.process.kill('SIGKILL');
    return this.exited;
  }

  /** Ends whatever runs and removes the data. */
  async discard() {
    if (this.process.exitCode === null && this.process.signalCode === null) await this.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
