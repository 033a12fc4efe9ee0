import { people } from '../api/resources';
import { useAll } from '../api/session';

/** The name of a person known by id; the id itself where people may not be read. */
export function PersonName({ id }: { id: string | null | undefined }) {
  const found = useAll(people).find((person) => person.person_id === id);
  return <>{found?.name ?? id ?? '—'}</>;
}
