import type { customersEn } from '../en/customers';
import type { Words } from '../words';

export const customersUz: Words<typeof customersEn> = {
  note: 'Qoʻngʻiroq qilganda raqami boʻyicha taniladi',
  identifiers: 'Raqam va manzillar',
  value: 'Qiymat',
  addIdentifier: 'Qoʻshish',
  kinds: {
    phone: 'Telefon',
    email: 'E-pochta',
    contract: 'Shartnoma',
    telegram: 'Telegram',
    tax_number: 'STIR',
  },
};
