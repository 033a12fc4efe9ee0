import type { flowsEn } from '../en/flows';
import type { Words } from '../words';

export const flowsUz: Words<typeof flowsEn> = {
  note: 'Qoʻngʻiroq, kampaniya, skript yoki jarayon nimani qadam-baqadam bajaradi',
  empty: 'Bu turdagi ssenariylar hali yoʻq. Birinchisini yarating.',
  kindLabel: 'Tur',
  kind: {
    ivr: 'Ovozli menyu',
    campaign: 'Kampaniya',
    script: 'Operator skripti',
    process: 'Jarayon',
  },
  source: 'Saqlanadi',
  inDatabase: 'Bazada',
  inFile: 'Faylda',
  neverPublished: 'Eʼlon qilinmagan',
  live: 'Amalda: {{version}}',
  hasDraft: 'Qoralama',
  running: 'Bajarilmoqda',
  failed: 'Xato bilan',
  new: 'Yangi ssenariy',
  title: 'Sarlavha',
  name: 'Nom',
  nameHint:
    'Kichik lotin harflari, raqamlar, «-» va «_»; boshqalar ssenariyni shu nom bilan topadi, u oʻzgarmaydi',
};
