import { useQuery } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { can } from '../lib/can';
import type { Me } from './contract';
import { send } from './http';
import { Problem } from './problem';
import { queryClient, type Resource, useList } from './query';

const KEY = ['session'];

/** Who is signed in; `null` when nobody is. */
export function useSession() {
  return useQuery<Me | null, Problem>({
    queryKey: KEY,
    staleTime: 60_000,
    queryFn: () =>
      send<Me>('/session').catch((error: unknown) => {
        if (error instanceof Problem && error.status === 401) return null;
        throw error;
      }),
  });
}

/** Set by the shell once somebody is signed in; what is inside never sees the session go. */
export const MeContext = createContext<Me | undefined>(undefined);

/** The person on pages that only a signed-in person reaches. */
export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('this page is only reached with a session');
  return me;
}

/** Whether the person may, and otherwise why not (for `ReasonButton`). */
export function useCan(operation: string): boolean {
  return can(useMe().operations, operation);
}

/** The whole of a small collection (at most 500), for choices and names; nothing where it may not be read. */
export function useAll<T, Input, Made>(of: Resource<T, Input, Made>): T[] {
  const allowed = useCan(of.right);
  return useList(of, { limit: 500 }, allowed).data?.items ?? [];
}

export async function signIn(login: string, password: string): Promise<Me> {
  const me = await send<Me>('/session', { method: 'POST', body: { login, password } });
  queryClient.setQueryData(KEY, me);
  return me;
}

export async function changePassword(current: string, fresh: string): Promise<void> {
  await send('/session/password', { method: 'POST', body: { current, new: fresh } });
  await queryClient.invalidateQueries({ queryKey: KEY });
}

/** Forgets everything that was read for the person who leaves; the shell then shows the sign-in. */
export function forgetSession(): void {
  queryClient.setQueryData(KEY, null);
  queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== KEY[0] });
}

export async function signOut(everywhere = false): Promise<void> {
  if (everywhere) await send('/session/sign-out-everywhere', { method: 'POST' });
  await send('/session', { method: 'DELETE' }).catch(() => undefined);
  forgetSession();
}
