import type { rulesEn } from '../en/rules';
import type { Words } from '../words';
import { ruleBuilderUz } from './ruleBuilder';
import { ruleWorkUz } from './ruleWork';

export const rulesUz: Words<typeof rulesEn> = {
  note: 'Biror hodisa roʻy berib, shartlar bajarilsa, tizim oʻzi harakat qiladi',
  create: 'Yangi qoida',
  import: 'Yuklash',
  export: 'Faylga olish',
  imported: 'Qoida qoralama sifatida yuklandi',
  importBad: 'Bu faylda qoida yoʻq. «Faylga olish» tugmasi bilan olingan faylni tanlang.',
  newName: 'Qoida qanday nomlanadi?',
  none: 'Hali qoida yoʻq. Qoida hodisa kelganda nima oʻz-oʻzidan sodir boʻlishini belgilaydi: xabar yuboriladi, ssenariy boshlanadi, vazifa paydo boʻladi.',
  anyState: 'Har qanday holat',
  state: 'Holat',
  states: {
    draft: 'Qoralama',
    in_test: 'Tasdiq kutmoqda',
    approved: 'Tasdiqlangan',
    live: 'Ishlamoqda',
    paused: 'Toʻxtatib turilgan',
    stopped: 'Toʻxtatilgan',
  },
  event: 'Hodisa',
  seen: 'Koʻrib chiqildi',
  matched: 'Mos keldi',
  reacted: 'Bajarildi',
  failed: 'Xato bilan',
  author: 'Muallif',
  changed: 'Oʻzgartirilgan',
  liveVersion: '{{version}}-versiya ishlamoqda',
  challengerAt: 'B varianti: {{version}}-versiya, {{percent}} %',
  faultsCount: 'Tuzatish kerak: {{n}}',
  remarksCount: 'Eʼtibor bering: {{n}}',
  tabs: {
    build: 'Nima boʻladi',
    try: 'Sinash',
    simulation: 'Oʻtgan hodisalarda',
    versions: 'Versiyalar',
    results: 'Natijalar',
    decisions: 'Qarorlar',
  },
  back: 'Barcha qoidalar',
  archive: 'Arxivga',
  archiveSure: 'Qoida arxivga olinsinmi? U ishlamay qoʻyadi, qarorlari saqlanadi.',
  builder: ruleBuilderUz,
  ...ruleWorkUz,
};
