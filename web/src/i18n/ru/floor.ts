import type { floorEn } from '../en/floor';
import type { Words } from '../words';

export const floorRu: Words<typeof floorEn> = {
  note: 'Вся смена, сейчас',
  alerts: 'Требует внимания',
  moreAlerts: 'и ещё {{n}}',
  alert: {
    waits: 'Ждёт слишком долго: {{name}}',
    no_answer: 'Не отвечает: {{name}}',
    not_ready: 'Долгий перерыв: {{name}}',
    nobody: 'В очереди некому отвечать: {{name}}',
  },
  operator: 'Оператор',
  state: 'Статус',
  time: 'Время',
  contact: 'Контакт',
  handled: 'Обработано',
  missed: 'Пропущено',
  averageTalk: 'Среднее',
  queue: 'Очередь',
  anyState: 'Любой статус',
  anyQueue: 'Любая очередь',
  nobody: 'Никто не вошёл в систему',
  waiting: 'Ждут',
  longest: 'Дольше всех',
  free: 'Готовы',
  talking: 'На линии',
  service: 'Сервис',
  lost: 'Потеряно',
  calls: 'Звонки сейчас',
  noCalls: 'Сейчас звонков нет',
  noQueues: 'Очередей пока нет. Их добавляет администратор.',
};
