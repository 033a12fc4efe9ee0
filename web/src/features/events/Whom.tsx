import { Link } from 'react-router';
import type { OutsidePayload } from '../../api/events';
import { useCan } from '../../api/session';
import { phone } from '../../lib/format';

/** Whose event it is: the customer's page, where we know the customer. */
export function Whom({ payload: { subject, customer_id } }: { payload: OutsidePayload }) {
  const mayOpen = useCan('customer.read');
  const said = subject?.kind === 'phone' ? phone(subject.value) : (subject?.value ?? customer_id);
  if (!said) return '—';
  return customer_id && mayOpen ? <Link to={`/customers/${customer_id}`}>{said}</Link> : said;
}
