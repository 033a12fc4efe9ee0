import type { hooksEn } from '../en/hooks';
import type { Words } from '../words';

export const hooksUz: Words<typeof hooksEn> = {
  title: 'Vebhuklar',
  note: 'Boshqa tizimlar bu yerdagi voqealardan xabar topadi: har biri imzolanadi (Standard Webhooks) va qabul qilinguncha takrorlanadi.',
  url: 'Manzil',
  urlBad: 'Manzil https:// yoki http:// bilan boshlanishi kerak',
  events: 'Hodisalar',
  eventsHint:
    'Hodisa turlari, masalan purchase, yoki nuqta bilan tugaydigan bosh qismi, masalan crm.',
  enabled: 'Ishlatiladi',
  state: 'Holat',
  on: 'Yoqilgan',
  off: 'Oʻchirilgan',
  deliveries: 'Yetkazishlar',
  none: 'Hali hech narsa yetkazilmagan.',
  event: 'Hodisa',
  answer: 'Javob',
  attempts: 'Urinishlar',
  next: 'Keyingi urinish',
  retry: 'Qayta yetkazish',
  retried: 'Qayta yetkazilmoqda',
  secret: 'Imzo siri',
  secretOnce:
    'Hozir nusxa oling: u bir marta koʻrsatiladi. Qabul qiluvchi imzolarni shu bilan tekshiradi.',
  rotate: 'Yangi sir',
  rotateSure:
    'Yangi sir yaratilsinmi? Qabul qiluvchi oʻtib olishi uchun eskisi yana bir muddat amal qiladi.',
  states: {
    pending: 'Kutmoqda',
    delivered: 'Yetkazildi',
    failed: 'Muvaffaqiyatsiz',
  },
};
