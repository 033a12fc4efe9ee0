import type { scriptEn } from '../en/script';
import type { Words } from '../words';

export const scriptRu: Words<typeof scriptEn> = {
  title: 'Скрипт',
  walked: 'Пройденный скрипт',
  choose: 'Выберите скрипт',
  none: 'Опубликованных скриптов нет.',
  another: 'Другой скрипт',
  done: 'Скрипт пройден до конца.',
  stopped: 'Скрипт не может продолжиться. Продолжайте без него.',
  byButton: 'С этой страницы ведут только кнопки',
  first: 'Это первая страница',
  stale: 'Данные на {{at}}: система {{system}} недоступна',
  actions: 'Действия',
  back: 'Назад',
  next: 'Дальше',
};
