import type { loyaltyWorkEn } from '../en/loyaltyWork';
import type { Words } from '../words';

export const loyaltyWorkRu: Words<typeof loyaltyWorkEn> = {
  operation: {
    person: 'Сотрудник',
    note: 'Все операции участников за период.',
    details: 'Подробности',
    kinds: {
      registration: 'Регистрации',
      service: 'Услуги',
      accrual: 'Начисления',
      adjustment: 'Корректировки',
      tier: 'Уровни',
    },
  },
  record: {
    order: 'Заявка',
    conversion: 'Конвертация',
    offer: 'Предложение',
    coupon: 'Купон',
    draw: 'Розыгрыш',
    adjustment: 'Согласование',
    line: 'Строка файла',
  },
  counter: {
    issuer: 'Программа',
    spent: 'Потрачено',
    expired: 'Сгорело',
    partner: 'Партнёр',
    partner_exchange: 'Партнёр',
    exchange: 'Обмен с партнёром',
  },
  source: {
    ui: 'Браузер',
    desk: 'Браузер',
    api: 'Программа',
    rule: 'Правило',
    event: 'Событие',
    file: 'Файл',
    promotion: 'Акция',
    night: 'Ночная обработка',
    system: 'Система',
  },
  export: {
    note: 'Готовится в фоне; можно загрузить здесь или положить туда, откуда забирают другие.',
    none: 'Выгрузок пока нет.',
    make: 'Сформировать файл',
    transmit: 'Положить копию в каталог обмена',
    columns: 'Колонки',
    who: 'Кого выгрузить',
    whoHint: 'Без условий: все зарегистрированные участники.',
    columnsHint: 'Пусто: номер, имя, телефон, e-mail, регионы и уровень',
    asFiles: 'Как в загружаемых файлах',
    listsHint: 'Пусто: все',
    kinds: {
      partner_exchange: 'Обмен с партнёром',
      participants: 'Участники',
      movements: 'Операции',
      masters: 'Справочники',
    },
  },
  desk: {
    title: 'Программа лояльности',
    none: 'Не участвует в программах.',
  },
};
