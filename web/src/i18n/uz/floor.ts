import type { floorEn } from '../en/floor';
import type { Words } from '../words';

export const floorUz: Words<typeof floorEn> = {
  note: 'Butun smena, hozir',
  alerts: 'Eʼtibor kerak',
  moreAlerts: 'va yana {{n}}',
  alert: {
    waits: 'Juda uzoq kutmoqda: {{name}}',
    no_answer: 'Javob bermayapti: {{name}}',
    not_ready: 'Uzoq tanaffus: {{name}}',
    nobody: 'Navbatda javob beruvchi yoʻq: {{name}}',
  },
  operator: 'Operator',
  state: 'Holat',
  time: 'Vaqt',
  contact: 'Kontakt',
  handled: 'Bajarildi',
  missed: 'Oʻtkazildi',
  averageTalk: 'Oʻrtacha',
  queue: 'Navbat',
  anyState: 'Har qanday holat',
  anyQueue: 'Har qanday navbat',
  nobody: 'Hech kim kirmagan',
  waiting: 'Kutmoqda',
  longest: 'Eng uzoq',
  free: 'Tayyor',
  talking: 'Suhbatda',
  service: 'Xizmat',
  lost: 'Yoʻqotilgan',
  calls: 'Hozirgi qoʻngʻiroqlar',
  noCalls: 'Hozir qoʻngʻiroq yoʻq',
  noQueues: 'Navbatlar hali yoʻq. Ularni administrator qoʻshadi.',
};
