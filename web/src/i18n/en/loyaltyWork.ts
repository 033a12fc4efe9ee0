/** Words of work with members, and of what several pages say. */
export const loyaltyWorkEn = {
  operation: {
    person: 'An employee',
    note: 'Every operation of members between two dates.',
    details: 'Details',
    kinds: {
      registration: 'Registrations',
      service: 'Services',
      accrual: 'Accruals',
      adjustment: 'Corrections',
      tier: 'Tiers',
    },
  },
  record: {
    order: 'An order',
    conversion: 'A conversion',
    offer: 'An offer',
    coupon: 'A coupon',
    draw: 'A draw',
    adjustment: 'A request',
    line: 'A line of a file',
  },
  counter: {
    issuer: 'The programme',
    spent: 'Spent',
    expired: 'Expired',
    partner: 'Partner',
    partner_exchange: 'Partner',
    exchange: 'Exchange with a partner',
  },
  source: {
    ui: 'The browser',
    desk: 'The browser',
    api: 'A program',
    rule: 'A rule',
    file: 'A file',
    promotion: 'A promotion',
    night: 'The night',
    system: 'The system',
  },
  export: {
    note: 'Made in the background; loaded here, or put where others fetch it.',
    none: 'No files were made yet.',
    make: 'Make a file',
    transmit: 'Put a copy where others fetch it',
    columns: 'Columns',
    columnsHint: 'Such as account.number, customer.name; empty: the usual ones',
    kinds: {
      partner_exchange: 'Exchange with a partner',
      participants: 'Members',
      movements: 'Operations',
    },
  },
  desk: {
    title: 'Loyalty',
    none: 'Takes part in no programme.',
  },
};
