import type { hooksEn } from '../en/hooks';
import type { Words } from '../words';

export const hooksRu: Words<typeof hooksEn> = {
  title: 'Вебхуки',
  note: 'Другие системы узнают о событиях отсюда: каждое подписано (Standard Webhooks) и повторяется, пока его не примут.',
  url: 'Адрес',
  urlBad: 'Адрес должен начинаться с https:// или http://',
  events: 'События',
  eventsHint: 'Виды событий, например purchase, или начала с точкой на конце, например crm.',
  enabled: 'Используется',
  state: 'Состояние',
  on: 'Включён',
  off: 'Выключен',
  deliveries: 'Доставки',
  none: 'Пока ничего не доставлялось.',
  event: 'Событие',
  answer: 'Ответ',
  attempts: 'Попыток',
  next: 'Следующая попытка',
  retry: 'Доставить ещё раз',
  retried: 'Доставляется ещё раз',
  secret: 'Секрет подписи',
  secretOnce: 'Скопируйте сейчас: он показывается один раз. Получатель проверяет им подписи.',
  rotate: 'Новый секрет',
  rotateSure:
    'Создать новый секрет? Старый ещё некоторое время действует, чтобы получатель успел перейти.',
  states: {
    pending: 'Ждёт',
    delivered: 'Доставлено',
    failed: 'Не удалось',
  },
};
