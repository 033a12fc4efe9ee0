/** Of a customer, for the desk too. */
export const customersEn = {
  note: 'Recognised by their number when they call',
  identifiers: 'Numbers and addresses',
  value: 'Value',
  addIdentifier: 'Add',
  kinds: {
    phone: 'Phone',
    email: 'E-mail',
    contract: 'Contract',
    telegram: 'Telegram',
    tax_number: 'Tax number',
  },
};
