import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../api/contract';
import { eventKindsEn } from '../../i18n/en/eventKinds';
import { aboutText, factsOf } from './audit';

const ROOT = join(import.meta.dirname, '../../../..');

/** Every kind of event that the server's sources name. */
function kinds(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return /^tests?$/.test(entry.name) ? [] : kinds(path);
    if (!entry.name.endsWith('.rs') || /test/.test(entry.name)) return [];
    const found = readFileSync(path, 'utf8').matchAll(/"([a-z]+)\.([a-z_]+)\.v\d+"/g);
    return [...found].map(([, area, kind]) => `${area}.${kind}`);
  });
}

/** `ledger.tested` is written by a benchmark only. */
const NOBODY_SEES = new Set(['ledger.tested']);

describe('the audit log', () => {
  it('has words for every kind of event of the server (NFR-LOG-03)', () => {
    const words = Object.entries(eventKindsEn).flatMap(([area, of]) =>
      Object.keys(of).map((kind) => `${area}.${kind}`),
    );
    const all = ['src', 'crates', 'actors'].flatMap((folder) => kinds(join(ROOT, folder)));
    expect(all.length).toBeGreaterThan(100);
    expect(
      [...new Set(all)].filter((kind) => !words.includes(kind) && !NOBODY_SEES.has(kind)),
    ).toEqual([]);
  });

  const event = (payload: object) => ({ payload }) as AuditEvent;
  it('names what it happened to in the language of the reader', () => {
    const skill = { after: { id: '1', name: { en: 'Debt', ru: 'Долги' } }, before: null };
    expect(aboutText(event(skill), 'ru')).toBe('Долги');
    expect(aboutText(event({ login: 'anna', source: '127.0.0.1' }), 'ru')).toBe('anna');
    expect(aboutText(event({ queue_id: '1' }), 'ru')).toBeUndefined();
    // Why a file was refused is no name of it.
    expect(aboutText(event({ file: 'PUR_1.txt', code: 'empty' }), 'ru')).toBe('PUR_1.txt');
  });
  it('shows of a change what is different', () => {
    const change = {
      before: { name: 'Sales', priority: 3, version: 1 },
      after: { name: 'Sales', priority: 5, version: 2 },
    };
    expect(factsOf(event(change))).toEqual([{ field: 'priority', before: '3', after: '5' }]);
  });
});
