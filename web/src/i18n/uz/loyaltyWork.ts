import type { loyaltyWorkEn } from '../en/loyaltyWork';
import type { Words } from '../words';

export const loyaltyWorkUz: Words<typeof loyaltyWorkEn> = {
  operation: {
    person: 'Xodim',
    note: 'Ishtirokchilarning davr ichidagi barcha amallari.',
    details: 'Tafsilotlar',
    kinds: {
      registration: 'Roʻyxatga olishlar',
      service: 'Xizmatlar',
      accrual: 'Hisoblashlar',
      adjustment: 'Tuzatishlar',
      tier: 'Darajalar',
    },
  },
  record: {
    order: 'Buyurtma',
    conversion: 'Konvertatsiya',
    offer: 'Taklif',
    coupon: 'Kupon',
    draw: 'Oʻyin',
    adjustment: 'Tasdiqlash',
    line: 'Fayl satri',
  },
  counter: {
    issuer: 'Dastur',
    spent: 'Sarflangan',
    expired: 'Kuygan',
    partner: 'Hamkor',
    partner_exchange: 'Hamkor',
    exchange: 'Hamkor bilan ayirboshlash',
  },
  source: {
    ui: 'Brauzer',
    desk: 'Brauzer',
    api: 'Dastur',
    rule: 'Qoida',
    event: 'Hodisa',
    file: 'Fayl',
    promotion: 'Aksiya',
    night: 'Tungi ishlov',
    system: 'Tizim',
  },
  export: {
    note: 'Fonda tayyorlanadi; shu yerdan yuklab olinadi yoki boshqalar oladigan joyga qoʻyiladi.',
    none: 'Hali fayl tayyorlanmagan.',
    make: 'Fayl tayyorlash',
    transmit: 'Nusxasini ayirboshlash papkasiga qoʻyish',
    columns: 'Ustunlar',
    who: 'Kimlar',
    whoHint: 'Shartlarsiz: barcha roʻyxatdan oʻtgan ishtirokchilar.',
    columnsHint: 'Boʻsh: raqam, ism, telefon, e-mail, hududlar va daraja',
    asFiles: 'Keladigan fayllardagidek',
    listsHint: 'Boʻsh qoldirilsa: hammasi',
    kinds: {
      partner_exchange: 'Hamkor bilan ayirboshlash',
      participants: 'Ishtirokchilar',
      movements: 'Amallar',
      masters: 'Maʼlumotnomalar',
    },
  },
  desk: {
    title: 'Sodiqlik dasturi',
    none: 'Dasturlarda qatnashmaydi.',
  },
};
