import type { schemaEn } from '../en/schema';
import type { Words } from '../words';

export const schemaRu: Words<typeof schemaEn> = {
  unit: 'Единица',
  units: {
    s: 'секунд',
    min: 'минут',
    h: 'часов',
    d: 'дней',
  },
  badJson: 'Это ещё не JSON, значение не принято.',
  up: 'Поднять элемент {{n}}',
  down: 'Опустить элемент {{n}}',
  removeItem: 'Убрать элемент {{n}}',
  add: 'Добавить',
  key: 'Имя',
  newKey: 'Новое имя',
};
