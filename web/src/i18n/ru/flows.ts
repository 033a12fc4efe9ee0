import type { flowsEn } from '../en/flows';
import type { Words } from '../words';

export const flowsRu: Words<typeof flowsEn> = {
  note: 'Что шаг за шагом делает звонок, кампания, скрипт или процесс',
  empty: 'Сценариев этого вида пока нет. Создайте первый.',
  kindLabel: 'Вид',
  kind: {
    ivr: 'Голосовое меню',
    campaign: 'Кампания',
    script: 'Скрипт оператора',
    process: 'Процесс',
  },
  source: 'Хранится',
  inDatabase: 'В базе',
  inFile: 'В файле',
  neverPublished: 'Не опубликован',
  live: 'Действует: {{version}}',
  hasDraft: 'Черновик',
  running: 'Выполняется',
  failed: 'С ошибкой',
  new: 'Новый сценарий',
  title: 'Заголовок',
  name: 'Имя',
  nameHint:
    'Строчные латинские буквы, цифры, «-» и «_»; по имени на сценарий ссылаются, оно не меняется',
};
