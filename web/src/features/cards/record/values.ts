import type { Attribute, Values } from '../../../api/records';
import { isEmpty } from '../../../lib/attributes';

/** What a form holds as the server takes it: numbers as numbers, nothing for what was emptied. */
export function written(attributes: Attribute[], values: Values | undefined): Values {
  const out: Values = {};
  for (const { key, type } of attributes) {
    const value = values?.[key];
    if (isEmpty(value)) continue;
    out[key] = type === 'number' || type === 'decimal' ? Number(value) : value;
  }
  return out;
}
