import type { operationsEn } from '../en/operations';
import type { Words } from '../words';

/** What each operation of a role allows. */
export const operationsUz: Words<typeof operationsEn> = {
  session: {
    self: 'Tizimga kirish; oʻz paroli va sozlamalari',
  },
  person: {
    read: 'Xodimlar va rollarini koʻrish',
    write: 'Xodimlarni qoʻshish, oʻzgartirish, oʻchirish, parolni tiklash',
  },
  unit: {
    read: 'Boʻlinmalarni koʻrish',
    write: 'Boʻlinmalarni qoʻshish, koʻchirish va oʻchirish',
  },
  role: {
    read: 'Rollar va ruxsatlarini koʻrish',
    write: 'Rollarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  people_group: {
    read: 'Xodimlar guruhlarini koʻrish',
    write: 'Xodimlar guruhlarini qoʻshish, oʻzgartirish va oʻchirish',
  },
  api_key: {
    read: 'API kalitlarini koʻrish (sirlarsiz)',
    write: 'API kalitlarini berish va bekor qilish',
  },
  audit: {
    read: 'Hodisalar jurnalini oʻqish',
  },
  queue: {
    read: 'Navbatlarni koʻrish',
    write: 'Navbatlarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  skill: {
    read: 'Koʻnikmalarni koʻrish',
    write: 'Koʻnikmalarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  operator: {
    read: 'Operatorlar, navbat va koʻnikmalarini koʻrish',
    write: 'Operatorlar navbat va koʻnikmalarini oʻzgartirish',
  },
  trunk: {
    read: 'Tranklarni koʻrish (parollarsiz)',
    write: 'Tranklarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  number: {
    read: 'Raqamlarni koʻrish',
    write: 'Raqamlarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  prompt: {
    read: 'Ovozli iboralarni koʻrish va tinglash',
    write: 'Ovozli iboralarni almashtirish',
  },
  flow: {
    read: 'Ssenariy, versiya va hisoblagichlarni koʻrish',
    write: 'Ssenariy chizish, yuklash, sinash, xatolarni hal qilish',
    publish: 'Ssenariyni eʼlon qilish, qaytarish, koʻchirish',
  },
  prediction: {
    read: 'Bashoratlar, ularning sifati va mijozlar baholarini koʻrish',
    write: 'Bashoratlarni yozish va oʻqitish',
    launch: 'Bashoratlarni ishga tushirish va olib tashlash',
  },
  rule: {
    read: 'Qoida, maʼlumotnoma, qaror va natijalarni koʻrish',
    write: 'Qoida yozish, sinash, maʼlumotnomalarni oʻzgartirish',
    approve: 'Boshqalar qoidasini tasdiqlash yoki rad etish',
    launch: 'Qoidalarni ishga tushirish, toʻxtatish, qaytarish',
  },
  task: {
    use: 'Vazifa va tasdiqlarni koʻrish va bajarish',
  },
  connector: {
    read: 'Tashqi tizimlarni koʻrish (sirlarsiz)',
    write: 'Tashqi tizimlarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  event_type: {
    read: 'Hodisa turlari, tushunilmaganlar va oluvchilarni koʻrish',
    write: 'Hodisa turlarini yaratish, qayta urinish, qayta oʻqish',
  },
  event: {
    send: 'Tashqi tizim hodisalarini yuborish',
  },
  webhook: {
    read: 'Vebhuk va yetkazishlarni koʻrish (sirlarsiz)',
    write: 'Vebhuklarni qoʻshish, oʻzgartirish va oʻchirish',
  },
  template: {
    read: 'Xabar shablonlarini koʻrish',
    write: 'Xabar shablonlarini yozish',
  },
  message: {
    read: 'Xabarlar va taqdirini koʻrish',
    send: 'Mijozlarga xabar yuborish',
  },
  link: {
    read: 'Aloqa kanallarini koʻrish (parollarsiz)',
    write: 'Aloqa kanallarini qoʻshish, oʻzgartirish va oʻchirish',
  },
  contact: {
    read: 'Kontaktlar va taqsimlanishini koʻrish',
    write: 'Kontakt yakunini tuzatish',
  },
  recording: {
    play: 'Suhbat yozuvlarini tinglash',
  },
  customer: {
    read: 'Mijozlarni koʻrish',
    write: 'Mijozlarni qoʻshish va oʻzgartirish',
  },
  card: {
    read: 'Kartalarni koʻrish',
    write: 'Kartalarni qoʻshish va oʻzgartirish',
  },
  structure: {
    write: 'Maydon, karta turi va bogʻlanishlarni oʻzgartirish',
  },
  classifier: {
    read: 'Mavzu, natija va tanaffus sabablarini koʻrish',
    write: 'Mavzu, natija va tanaffus sabablarini oʻzgartirish',
  },
  loyalty: {
    read: 'Ishtirokchi, balans va dasturlarni koʻrish',
    serve: 'Ishtirokchilarga xizmat: roʻyxat, ball, buyurtma',
    market: 'Dastur, katalog va aksiyalarni sozlash',
    partner: 'Hamkor sifatida ishlash',
    approve: 'Limitdan ortiq ballarni tasdiqlash',
  },
  board: {
    read: 'Tabloni koʻrish',
  },
  floor: {
    read: 'Operator va qoʻngʻiroqlarni kuzatish',
  },
  desk: {
    use: 'Ish joyida kontaktlarga xizmat koʻrsatish',
  },
  log: {
    read: 'Server holati va jurnallarini koʻrish',
    write: 'Jurnal darajalarini oʻzgartirish',
  },
};
