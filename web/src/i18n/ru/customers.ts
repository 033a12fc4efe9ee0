import type { customersEn } from '../en/customers';
import type { Words } from '../words';

export const customersRu: Words<typeof customersEn> = {
  note: 'Узнаются по номеру, когда звонят',
  identifiers: 'Номера и адреса',
  value: 'Значение',
  addIdentifier: 'Добавить',
  kinds: {
    phone: 'Телефон',
    email: 'Эл. почта',
    contract: 'Договор',
    telegram: 'Telegram',
    tax_number: 'ИНН',
  },
};
