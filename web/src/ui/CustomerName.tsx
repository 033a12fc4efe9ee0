import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { people } from '../api/records';
import { useCan } from '../api/session';

const FRESH_MS = 60_000;

/** A customer by name, leading to the customer's page; the id as long as the name is not known. */
export function CustomerName({ id }: { id: string }) {
  const may = useCan(people.right);
  const found = useQuery({
    queryKey: [people.path, id],
    queryFn: () => people.one(id),
    staleTime: FRESH_MS,
    enabled: may,
  });
  const name = found.data?.name ?? `${id.slice(0, 8)}…`;
  return may ? <Link to={`/customers/${id}`}>{name}</Link> : name;
}
