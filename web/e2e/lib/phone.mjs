// A real SIP phone: baresip, with a WAV file as its microphone and another as its loudspeaker.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWav, secondsOfTone, writeTone } from './tone.mjs';
import { freePort, until } from './wait.mjs';

const MODULES = ['/usr/lib/baresip/modules', '/usr/lib/x86_64-linux-gnu/baresip/modules'];

export class Phone {
  /** Starts a phone that speaks a sine of `hertz` and calls itself `number`. */
  static async start({ number, hertz, seconds = 120 }) {
    const phone = new Phone();
    phone.dir = mkdtempSync(join(tmpdir(), 'trunkline-phone-'));
    const speaks = writeTone(join(phone.dir, 'speaks.wav'), hertz, { seconds });
    writeFileSync(join(phone.dir, 'accounts'), `<sip:${number}@127.0.0.1>;regint=0;audio_codecs=pcma,pcmu\n`);
    writeFileSync(join(phone.dir, 'contacts'), '');
    // A port that was free a moment ago may be somebody's now: then once more with others.
    for (let attempt = 1; !(await phone.#begin(speaks)); attempt += 1)
      if (attempt === 3) throw new Error(`baresip does not start:\n${phone.log.slice(-2000)}`);
    return phone;
  }

  async dial(uri) {
    await this.#command('dial', uri);
  }

  /** Calls the demo number and chooses services in the menu. */
  async callServices(server, number) {
    await this.dial(`sip:${number}@127.0.0.1:${server.sip}`);
    await this.established();
    await until('the caller hears the greeting', () => this.secondsHeard() > 0.5);
    await this.digit('1');
  }

  /** Waits until the call is established. */
  async established() {
    return until('the phone is connected', () => this.saw('CALL_ESTABLISHED'));
  }

  async closed(seconds = 15) {
    return until('the call has ended', () => this.saw('CALL_CLOSED'), { seconds });
  }

  saw(type) {
    return this.events.find((event) => event.type === type);
  }

  async digit(digit) {
    await this.#command('sndcode', digit);
  }

  async hangUp() {
    await this.#command('hangup');
  }

  /** Everything the phone has heard so far: `{ rate, samples }`. */
  heard() {
    // The module sndfile dumps what was decoded into dump-<time>-dec.wav; a later call makes a later file.
    const dump = readdirSync(this.dir).filter((name) => name.endsWith('-dec.wav')).sort().at(-1);
    if (!dump) return { rate: 8000, samples: new Float64Array() };
    const { rate, channels } = readWav(readFileSync(join(this.dir, dump)));
    return { rate, samples: channels[0] };
  }

  /** Seconds of a tone in what was heard, from second `from` on. */
  secondsOf(hertz, from = 0) {
    const { rate, samples } = this.heard();
    return secondsOfTone(samples.subarray(Math.round(from * rate)), rate, hertz);
  }

  /** How many seconds were heard at all. */
  secondsHeard() {
    const { rate, samples } = this.heard();
    return samples.length / rate;
  }

  async stop() {
    this.control?.destroy();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const exited = new Promise((done) => this.process.once('exit', done));
      // Asked to end it says BYE; made to, it leaves the server to find out.
      this.process.kill('SIGTERM');
      const patience = setTimeout(() => this.process.kill('SIGKILL'), 3000);
      await exited;
      clearTimeout(patience);
    }
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Whether baresip runs and answers on its control port. */
  async #begin(speaks) {
    this.sipPort = await freePort();
    this.controlPort = await freePort();
    writeFileSync(join(this.dir, 'config'), config(this, speaks));
    this.process = spawn('baresip', ['-f', this.dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.process.stdout.on('data', (text) => (this.log += text));
    this.process.stderr.on('data', (text) => (this.log += text));
    this.events = [];
    const exited = new Promise((done) => this.process.once('exit', () => done(false)));
    const answers = until('baresip answers on its control port', () => this.#open()).catch(() => {
      this.process.kill('SIGKILL');
      return false;
    });
    return Promise.race([answers, exited]);
  }

  #open() {
    return new Promise((done, fail) => {
      const socket = connect(this.controlPort, '127.0.0.1', () => {
        this.control = socket;
        done(true);
      });
      socket.once('error', fail);
      let rest = Buffer.alloc(0);
      socket.on('data', (data) => {
        rest = Buffer.concat([rest, data]);
        for (;;) {
          const colon = rest.indexOf(':');
          const size = Number(rest.toString('latin1', 0, colon));
          if (colon < 1 || rest.length < colon + size + 2) return;
          const message = JSON.parse(rest.toString('utf8', colon + 1, colon + 1 + size));
          if (message.event) this.events.push(message);
          rest = rest.subarray(colon + size + 2);
        }
      });
    });
  }

  #command(command, params) {
    const text = JSON.stringify({ command, params, token: command });
    return new Promise((done, fail) => {
      this.control.write(`${Buffer.byteLength(text)}:${text},`, (error) => (error ? fail(error) : done()));
    });
  }
}

function config(phone, speaks) {
  const modules = MODULES.find((path) => existsSync(path));
  if (!modules) throw new Error('the modules of baresip are missing: install the Debian package baresip-core');
  return `
sip_listen 127.0.0.1:${phone.sipPort}
module_path ${modules}
module g711.so
module aufile.so
module aubridge.so
module sndfile.so
module account.so
module menu.so
module ctrl_tcp.so
module contact.so
ctrl_tcp_listen 127.0.0.1:${phone.controlPort}
audio_source aufile,${speaks}
audio_player aubridge,ear
audio_alert aubridge,bell
snd_path ${phone.dir}
audio_srate 8000-8000
audio_channels 1-1
ausrc_srate 8000
auplay_srate 8000
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
audio_buffer 20-160
call_local_timeout 120
call_max_calls 1
`;
}
