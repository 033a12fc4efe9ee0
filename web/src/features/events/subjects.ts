/** How an event names the customer it is about. */
export const SUBJECTS = [
  'phone',
  'email',
  'contract',
  'telegram',
  'tax_number',
  'customer_id',
  'none',
] as const;
