import type { tasksEn } from '../en/tasks';
import type { Words } from '../words';

export const tasksRu: Words<typeof tasksEn> = {
  note: 'О чём сценарии просят людей: работа и решения',
  empty: 'Задач нет. Здесь появится то, о чём вас попросит сценарий.',
  task: 'Задача',
  kind: {
    task: 'Задача',
    approval: 'Согласование',
  },
  shown: {
    mine: 'Мои и моей роли',
    all: 'Все открытые',
    done: 'Завершённые',
  },
  whose: 'Чьи задачи',
  late: 'просрочено',
  flow: 'Сценарий',
  for: 'Кому',
  deadline: 'Срок',
  created: 'Создана',
  deputies: 'Заместители',
  deputiesNote: 'Пока вас нет, ваши задачи видят и они.',
  deputy: 'Заместитель',
  addDeputy: 'Добавить заместителя',
  state: {
    open: 'Открыта',
    done: 'Завершена',
    cancelled: 'Отменена',
  },
  decided: {
    approve: 'Согласовано',
    refuse: 'Отклонено',
  },
  complete: 'Завершить',
  completed: 'Задача завершена',
  take: 'Взять себе',
  taken: 'Задача ваша',
  isMine: 'Задача уже ваша',
  takenBy: 'Взята: {{name}}',
  delegate: 'Передать',
  delegated: 'Передано',
  toWhom: 'Кому',
  approve: 'Согласовать',
  refuse: 'Отклонить',
  reason: 'Причина',
  reasonHint: 'При отказе причина обязательна',
};
