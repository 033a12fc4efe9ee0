// Another day: a server, and its Postgres with it, whose clock says what a journey wants. Timers run as always.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), 'clock.c');
let built;

/** What is loaded into programs, built when it is wanted first. */
function library() {
  if (built) return built;
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-clock-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // The account of the private Postgres loads it too.
  chmodSync(folder, 0o755);
  built = join(folder, 'clock.so');
  execFileSync('cc', ['-Wall', '-Wextra', '-Werror', '-O2', '-fPIC', '-shared', '-o', built, SOURCE]);
  return built;
}

/** A clock that says `at` now and goes on from there. */
export class Clock {
  constructor(at) {
    this.ahead = Math.round((at.getTime() - Date.now()) / 1000);
  }

  /** The time of whoever lives by it. */
  now() {
    return new Date(Date.now() + this.ahead * 1000);
  }

  /** What makes a program, and all that it starts, live by it. */
  environment() {
    return { LD_PRELOAD: library(), CLOCK_AHEAD: String(this.ahead) };
  }
}

/** A moment of a day in a zone that is so many hours ahead of UTC. */
export const moment = (day, time, hours) => new Date(Date.parse(`${day}T${time}Z`) - hours * 3_600_000);
