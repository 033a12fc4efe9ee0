import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ready } from './ready';

const ROOT = join(import.meta.dirname, '../../..');

/** The texts of what stands in a folder and is kept in one language. */
const texts = (folder: string, fields: string[]) =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => {
      const content = JSON.parse(readFileSync(join(ROOT, folder, file), 'utf8'));
      return fields.map((field) => content[field]).filter((text) => typeof text === 'string');
    });

describe('what comes with the server', () => {
  it.each([
    ['flows/rules', ['name', 'description']],
    ['flows/templates', ['title']],
    ['crates/platform/src/event_type/built_in', ['description']],
  ])('is said in every language: %s', (folder, fields) => {
    expect(texts(folder, fields).filter((text) => !ready.has(text))).toEqual([]);
  });
});
