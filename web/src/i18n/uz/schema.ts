import type { schemaEn } from '../en/schema';
import type { Words } from '../words';

export const schemaUz: Words<typeof schemaEn> = {
  unit: 'Birlik',
  units: {
    s: 'soniya',
    min: 'daqiqa',
    h: 'soat',
    d: 'kun',
  },
  badJson: 'Bu hali JSON emas, qiymat olinmadi.',
  up: '{{n}}-elementni yuqoriga surish',
  down: '{{n}}-elementni pastga surish',
  removeItem: '{{n}}-elementni olib tashlash',
  add: 'Qoʻshish',
  key: 'Nom',
  newKey: 'Yangi nom',
};
