import type { boardEn } from '../en/board';
import type { Words } from '../words';

export const boardRu: Words<typeof boardEn> = {
  title: 'Контакт-центр',
  lost: 'Связь потеряна',
  stale: 'устарело',
  age: '{{age}} с',
  refused:
    'Сервер недоступен или не принимает этот адрес. Проверьте сеть и ключ в адресе; страница повторит попытку сама.',
  fullScreen: 'На весь экран',
  waiting: 'Ожидают сейчас',
  longest: 'Дольше всех ждут',
  serviceAll: 'Уровень сервиса',
  service: 'Сервис {{percent}}/{{seconds}}',
  abandoned: 'Потеряно',
  talking: 'Разговаривают',
  estimate: 'Прогноз ожидания',
  answered: 'Отвечено сегодня',
  ready: 'Готовы операторы',
  operators: 'Операторы',
  queues: 'Очереди',
  targetSeconds: 'цель ≤ {{n}} с',
  targetPercent: 'цель ≥ {{n}} %',
  targetAbandoned: 'цель ≤ 5 %',
  strict: 'с короткими {{value}}',
  abandonedOf: 'звонков {{n}}, коротких {{short}}',
  inMenu: 'в меню {{n}}',
  answeredOf: 'из {{offered}}, вовремя {{inTime}}',
  onShift: 'из {{n}} работающих',
  short: { waiting: 'Ждут', longest: 'Дольше всех', service: 'Сервис' },
};
