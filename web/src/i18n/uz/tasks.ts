import type { tasksEn } from '../en/tasks';
import type { Words } from '../words';

export const tasksUz: Words<typeof tasksEn> = {
  note: 'Ssenariylar odamlardan nima soʻraydi: ish va qarorlar',
  empty: 'Vazifalar yoʻq. Ssenariy sizdan soʻragan narsa shu yerda paydo boʻladi.',
  task: 'Vazifa',
  kind: {
    task: 'Vazifa',
    approval: 'Maʼqullash',
  },
  shown: {
    mine: 'Meniki va rolimniki',
    all: 'Barcha ochiqlari',
    done: 'Tugaganlari',
  },
  whose: 'Kimning vazifalari',
  late: 'muddati oʻtgan',
  flow: 'Ssenariy',
  for: 'Kimga',
  deadline: 'Muddat',
  created: 'Yaratilgan',
  deputies: 'Oʻrinbosarlar',
  deputiesNote: 'Siz yoʻqligingizda vazifalaringiz ularga ham koʻrinadi.',
  deputy: 'Oʻrinbosar',
  addDeputy: 'Oʻrinbosar qoʻshish',
  state: {
    open: 'Ochiq',
    done: 'Bajarilgan',
    cancelled: 'Bekor qilingan',
  },
  decided: {
    approve: 'Maʼqullandi',
    refuse: 'Rad etildi',
  },
  complete: 'Yakunlash',
  completed: 'Vazifa yakunlandi',
  take: 'Oʻziga olish',
  taken: 'Vazifa sizniki',
  isMine: 'Vazifa allaqachon sizniki',
  takenBy: 'Olgan: {{name}}',
  delegate: 'Boshqaga berish',
  delegated: 'Topshirildi',
  toWhom: 'Kimga',
  approve: 'Maʼqullash',
  refuse: 'Rad etish',
  reason: 'Sabab',
  reasonHint: 'Rad etishda sabab majburiy',
};
