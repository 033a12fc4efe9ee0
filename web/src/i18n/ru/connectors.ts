import type { connectorsEn } from '../en/connectors';
import type { Words } from '../words';

export const connectorsRu: Words<typeof connectorsEn> = {
  note: 'Системы, к которым обращаются сценарии и правила, и их операции',
  nameHint: 'Строчные латинские буквы, цифры и «-»; на имя ссылаются сценарии',
  address: 'Адрес',
  auth: 'Авторизация',
  authKind: {
    none: 'Не нужна',
    bearer: 'Токен',
    basic: 'Логин и пароль',
    header: 'Заголовок',
  },
  authName: {
    basic: 'Логин',
    header: 'Имя заголовка',
  },
  secret: 'Секрет',
  secretKept: 'Пусто: останется прежний',
  operations: 'Операции',
  addOperation: 'Добавить операцию',
  removeOperation: 'Убрать операцию',
  method: 'Метод',
  path: 'Путь',
  pathHint: 'Ниже адреса, имена в фигурных скобках: /tariffs/{id}',
  timeout: 'Ждать не дольше, мс',
  cache: 'Спрашивать снова через, с',
  cacheHint:
    '0: спрашивать каждый раз. Последний ответ хранится на случай, если система недоступна.',
  inputSchema: 'JSON Schema запроса',
  outputSchema: 'JSON Schema ответа',
  input: 'Запрос, в виде JSON',
  ask: 'Спросить',
  fresh: 'Ответ получен {{at}}',
  stale: 'Система недоступна; это её ответ от {{at}}',
};
