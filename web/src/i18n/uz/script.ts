import type { scriptEn } from '../en/script';
import type { Words } from '../words';

export const scriptUz: Words<typeof scriptEn> = {
  title: 'Skript',
  walked: 'Oʻtilgan skript',
  choose: 'Skriptni tanlang',
  none: 'Eʼlon qilingan skriptlar yoʻq.',
  another: 'Boshqa skript',
  done: 'Skript yakunlandi.',
  stopped: 'Skript davom eta olmaydi. Usiz davom eting.',
  byButton: 'Bu sahifadan faqat tugmalar olib chiqadi',
  first: 'Bu birinchi sahifa',
  stale: 'Maʼlumot {{at}} holatiga: {{system}} tizimi ishlamayapti',
  actions: 'Amallar',
  back: 'Orqaga',
  next: 'Davom etish',
};
