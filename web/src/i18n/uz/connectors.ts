import type { connectorsEn } from '../en/connectors';
import type { Words } from '../words';

export const connectorsUz: Words<typeof connectorsEn> = {
  note: 'Ssenariylar va qoidalar soʻrov yuboradigan tizimlar va ularning amallari',
  nameHint: 'Kichik lotin harflari, raqamlar va «-»; ssenariylar shu nomga tayanadi',
  address: 'Manzil',
  auth: 'Avtorizatsiya',
  authKind: {
    none: 'Kerak emas',
    bearer: 'Token',
    basic: 'Login va parol',
    header: 'Sarlavha',
  },
  authName: {
    basic: 'Login',
    header: 'Sarlavha nomi',
  },
  secret: 'Sir',
  secretKept: 'Boʻsh: avvalgisi qoladi',
  operations: 'Amallar',
  addOperation: 'Amal qoʻshish',
  removeOperation: 'Amalni olib tashlash',
  method: 'Metod',
  path: 'Yoʻl',
  pathHint: 'Manzildan keyin, nomlar figurali qavsda: /tariffs/{id}',
  timeout: 'Eng uzoq kutish, ms',
  cache: 'Qayta soʻrash oraligʻi, s',
  cacheHint: '0: har safar soʻraladi. Oxirgi javob tizim ishlamay qolsa deb saqlanadi.',
  inputSchema: 'Soʻrovning JSON Schemasi',
  outputSchema: 'Javobning JSON Schemasi',
  input: 'Soʻrov, JSON koʻrinishida',
  ask: 'Soʻrash',
  fresh: 'Javob olindi: {{at}}',
  stale: 'Tizim ishlamayapti; bu uning {{at}} dagi javobi',
};
