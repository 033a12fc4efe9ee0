export const schemaEn = {
  unit: 'Unit',
  units: {
    s: 'seconds',
    min: 'minutes',
    h: 'hours',
    d: 'days',
  },
  badJson: 'This is not JSON yet; it is not taken.',
  up: 'Move item {{n}} up',
  down: 'Move item {{n}} down',
  removeItem: 'Remove item {{n}}',
  add: 'Add',
  key: 'Name',
  newKey: 'New name',
};
