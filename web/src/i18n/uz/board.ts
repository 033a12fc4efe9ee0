import type { boardEn } from '../en/board';
import type { Words } from '../words';

export const boardUz: Words<typeof boardEn> = {
  title: 'Kontakt-markaz',
  lost: 'Aloqa uzildi',
  stale: 'eskirgan',
  age: '{{age}} s',
  refused:
    'Serverga ulanib boʻlmadi yoki u bu manzilni qabul qilmaydi. Tarmoq va manzildagi kalitni tekshiring; sahifa oʻzi qayta urinadi.',
  fullScreen: 'Butun ekran',
  waiting: 'Hozir kutmoqda',
  longest: 'Eng uzoq kutish',
  serviceAll: 'Xizmat darajasi',
  service: 'Xizmat {{percent}}/{{seconds}}',
  abandoned: 'Yoʻqotilgan',
  talking: 'Suhbatda',
  estimate: 'Kutish taxmini',
  answered: 'Bugun javob berildi',
  ready: 'Tayyor operatorlar',
  operators: 'Operatorlar',
  queues: 'Navbatlar',
  targetSeconds: 'maqsad ≤ {{n}} s',
  targetPercent: 'maqsad ≥ {{n}} %',
  targetAbandoned: 'maqsad ≤ 5 %',
  strict: 'qisqalari bilan {{value}}',
  abandonedOf: '{{n}} qoʻngʻiroq, {{short}} qisqa',
  inMenu: 'menyuda {{n}}',
  answeredOf: '{{offered}} dan, {{inTime}} oʻz vaqtida',
  onShift: 'ishlayotgan {{n}} dan',
  short: { waiting: 'Kutmoqda', longest: 'Eng uzoq', service: 'Xizmat' },
};
