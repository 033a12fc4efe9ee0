// What the demo organisation has: people, the number to call, customers.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = join(dirname(fileURLToPath(import.meta.url)), '../../../config/demo');

/** The password that every demo person signs in with. */
export const PASSWORD = /^password = "(.+)"$/m.exec(readFileSync(join(FOLDER, 'organisation.toml'), 'utf8'))[1];
/** The number that leads to the main flow. */
export const NUMBER = '998712000000';
/** Customers as the demo data has them. */
export const AZIZA = { number: '998901234567', name: 'Aziza Karimova', language: 'uz' };
export const NATALIA = { number: '998943028476', name: 'Морозова Наталья', language: 'ru' };
