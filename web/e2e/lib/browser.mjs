// Real people's browsers: headless Chromium with a WAV file as its microphone.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PASSWORD } from './demo.mjs';
import { writeTone } from './tone.mjs';
import { until } from './wait.mjs';

const EXECUTABLE = process.env.CHROMIUM ?? '/usr/bin/chromium';
// Without these a browser that starts here asks for hosts that nobody reaches.
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export class Browser {
  /** Opens Chromium; with `hertz` its microphone sings that tone, with `clock` its pages live by that. */
  static async open({ hertz, width = 1366, height = 768, scheme = 'light', language = 'en', clock, zone } = {}) {
    const browser = new Browser();
    browser.dir = mkdtempSync(join(tmpdir(), 'trunkline-browser-'));
    const microphone = hertz ? writeTone(join(browser.dir, 'microphone.wav'), hertz, { rate: 48000, seconds: 30 }) : null;
    const args = microphone
      ? ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${microphone}`]
      : [];
    browser.chromium = await chromium.launch({ executablePath: EXECUTABLE, args: [...QUIET, ...args] });
    browser.context = await browser.chromium.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      permissions: microphone ? ['microphone'] : [],
      ...(zone ? { timezoneId: zone } : {}),
    });
    if (clock) await browser.context.clock.install({ time: clock.now() });
    // A tone is noise to a noise suppressor: the voice is left as it is.
    await browser.context.addInitScript((chosen) => {
      localStorage.setItem('trunkline.language', JSON.stringify(chosen));
      localStorage.setItem('trunkline.prefs', JSON.stringify({ cleanVoice: false }));
    }, language);
    browser.language = language;
    browser.scheme = scheme;
    browser.page = await browser.context.newPage();
    browser.faults = [];
    browser.page.on('pageerror', (error) => browser.faults.push(String(error)));
    return browser;
  }

  /** Signs in as a person whose screens have the language and look of this browser. */
  async signIn(server, login, password = PASSWORD) {
    const api = await server.signIn(login, password);
    await api('/session/preferences', { method: 'PUT', body: { locale: this.language, theme: this.scheme } });
    await this.page.goto(`${server.url}/sign-in`);
    await this.page.locator('input[autocomplete=username]').fill(login);
    await this.page.locator('input[autocomplete=current-password]').fill(password);
    await this.page.locator('button[type=submit]').click();
    try {
      await this.page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
    } catch (cause) {
      const seen = await this.page.locator('body').innerText();
      throw new Error(`${login} stays at ${this.page.url()}: ${seen.slice(0, 300)}`, { cause });
    }
    return api;
  }

  /** Fills a sign-in form and sends it. */
  async enter(login, password) {
    await this.page.getByLabel('Login').fill(login);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Sign in').click();
  }

  /** Opens a list of choices, the last one of its name, and takes one. */
  async pick(label, choice, { within = this.page } = {}) {
    const box = within.getByRole('combobox', { name: new RegExp(`^${label}( \\([^)]*\\))?$`) }).last();
    await box.click();
    const list = this.page.locator('.ant-select-dropdown', { has: this.page.locator(`[id="${await box.getAttribute('aria-controls')}"]`) });
    const option = list.locator('.ant-select-item-option').getByText(choice, { exact: true });
    // Of a long list only what is in sight is drawn: people type then.
    const shown = await option.waitFor({ timeout: 2_000 }).then(() => true, () => false);
    if (!shown && (await box.isEditable())) await box.fill(choice);
    await option.click();
  }

  async close() {
    await this.chromium.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** Share of the tone of `hertz` in what the page's loudspeaker plays now. */
  toneShare(hertz) {
    return this.page.evaluate(listen, hertz);
  }
}

/** Runs in the page: listens to the audio element that plays the caller. */
async function listen(hertz) {
  const element = [...document.querySelectorAll('audio')].find((audio) => audio.srcObject);
  if (!element) return 0;
  window.ear ??= new Map();
  let ear = window.ear.get(element.srcObject);
  if (!ear) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaStreamSource(element.srcObject).connect(analyser);
    ear = { context, analyser };
    window.ear.set(element.srcObject, ear);
  }
  await ear.context.resume();
  const samples = new Float32Array(ear.analyser.fftSize);
  ear.analyser.getFloatTimeDomainData(samples);
  const energy = samples.reduce((sum, s) => sum + s * s, 0);
  if (energy / samples.length < 1e-6) return 0;
  const w = (2 * Math.PI * hertz) / ear.context.sampleRate;
  let s1 = 0;
  let s2 = 0;
  for (const sample of samples) {
    const s0 = sample + 2 * Math.cos(w) * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  return (2 * (s1 * s1 + s2 * s2 - 2 * Math.cos(w) * s1 * s2)) / (samples.length * energy);
}

/** An operator at the desk. */
export class Operator extends Browser {
  static async atDesk(server, login, { hertz = 600, ...options } = {}) {
    const browser = await Browser.open({ hertz, ...options });
    const operator = Object.setPrototypeOf(browser, Operator.prototype);
    operator.api = await operator.signIn(server, login);
    await operator.page.goto(`${server.url}/desk`);
    return operator;
  }

  /** Waits until the desk shows this status. */
  async shows(state, seconds = 15) {
    const shown = this.page.getByRole('button', { name: new RegExp(`Status: ${state}`) });
    await shown.waitFor({ timeout: seconds * 1000 });
  }

  async goReady() {
    await this.pressReady();
    await this.shows('Ready');
  }

  /** Goes ready where somebody waits already, so that "ready" is over at once. */
  async pressReady() {
    const ready = this.button('Go ready');
    await until('the phone is connected and the operator may go ready', () => ready.isEnabled(), { seconds: 20 });
    await ready.click();
  }

  get offer() {
    return this.page.getByRole('region', { name: 'Incoming call' });
  }

  /** Waits until the page plays this tone. */
  async hears(hertz, seconds = 10) {
    await until(`the operator hears ${hertz} Hz`, async () => (await this.toneShare(hertz)) > 0.6, { seconds });
  }

  async hearsNot(hertz, seconds = 10) {
    await until(`the operator does not hear ${hertz} Hz`, async () => (await this.toneShare(hertz)) < 0.2, { seconds });
  }

  /** Chooses a topic and a result and completes the wrap-up. */
  async wrapUp(choice) {
    await this.choose(choice);
    await this.button('Complete').click();
  }

  async choose({ topic, result }) {
    await this.page.getByRole('combobox', { name: 'Topic' }).fill(topic);
    await this.page.getByRole('treeitem', { name: topic }).click();
    await this.page.getByRole('combobox', { name: 'Result' }).click();
    await this.page.locator('.ant-select-dropdown:visible').getByText(result, { exact: true }).click();
  }
}
