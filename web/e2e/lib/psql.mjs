// The database of a server that keeps its own, as an administrator of the machine reaches it.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { binary } from './server.mjs';

const run = promisify(execFile);
const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** Where the private Postgres of a server is, as programs of Postgres are told it. */
export function connection(server) {
  const [, , , port, socket] = readFileSync(join(server.dir, 'postgres/postmaster.pid'), 'utf8').split('\n');
  return { PGHOST: socket, PGPORT: port, PGUSER: 'trunkline', PGDATABASE: 'postgres' };
}

/** Runs statements; what they print, one line a row. */
export async function psql(server, sql) {
  const { stdout } = await run('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', sql], {
    env: { ...process.env, ...connection(server) },
  });
  return stdout.trim().split('\n').filter(Boolean);
}

/** Another count of a month, by a program that shares nothing with the server. */
export async function recount(server, from, to, horizon) {
  const script = join(ROOT, 'tests/recount/statistics.py');
  const { stdout } = await run('python3', [script, from, to, horizon], { env: { ...process.env, ...connection(server) } });
  return stdout.trim().split('\n').filter(Boolean);
}

/** `trunkline …` beside the running server; its exit code and what it printed. */
export async function command(server, ...words) {
  const settings = { TRUNKLINE__SERVER__DATA_DIR: server.dir };
  return run(binary(), words, { cwd: ROOT, env: { ...process.env, ...settings } }).then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}
