import type { rulesEn } from '../en/rules';
import type { Words } from '../words';
import { ruleBuilderRu } from './ruleBuilder';
import { ruleWorkRu } from './ruleWork';

export const rulesRu: Words<typeof rulesEn> = {
  note: 'Когда что-то происходит и условия выполнены, система действует сама',
  create: 'Новое правило',
  import: 'Загрузить',
  export: 'Выгрузить',
  imported: 'Правило загружено как черновик',
  importBad: 'Этот файл не содержит правила. Выберите файл, полученный кнопкой «Выгрузить».',
  newName: 'Как назвать правило?',
  none: 'Правил пока нет. Правило описывает, что произойдёт само, когда придёт событие: отправится сообщение, запустится сценарий, появится задача.',
  anyState: 'Любое состояние',
  state: 'Состояние',
  states: {
    draft: 'Черновик',
    in_test: 'Ждёт согласования',
    approved: 'Согласовано',
    live: 'Работает',
    paused: 'Приостановлено',
    stopped: 'Остановлено',
  },
  event: 'Событие',
  seen: 'Рассмотрено',
  matched: 'Подошло',
  reacted: 'Выполнено',
  failed: 'С ошибкой',
  author: 'Автор',
  changed: 'Изменено',
  liveVersion: 'Работает версия {{version}}',
  challengerAt: 'Вариант B: версия {{version}}, {{percent}} %',
  faultsCount: 'Исправить: {{n}}',
  remarksCount: 'Замечания: {{n}}',
  tabs: {
    build: 'Что происходит',
    try: 'Проверка',
    simulation: 'На прошлых событиях',
    versions: 'Версии',
    results: 'Результаты',
    decisions: 'Решения',
  },
  back: 'Все правила',
  archive: 'В архив',
  archiveSure: 'Убрать правило в архив? Оно перестанет действовать, а его решения сохранятся.',
  builder: ruleBuilderRu,
  ...ruleWorkRu,
};
