import { keepPreviousData, QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import type { Page } from './contract';
import { type Query, send } from './http';
import { Problem } from './problem';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: false,
      // A refusal will be a refusal again; only a server out of reach or overloaded is asked twice.
      retry: (count, error) =>
        count < 2 && error instanceof Problem && (error.status === 0 || error.status === 503),
    },
  },
});

/** One collection of the REST interface: list, one, create, change, remove. */
export interface Resource<T, Input> {
  path: string;
  list(query?: Query, signal?: AbortSignal): Promise<Page<T>>;
  one(id: string): Promise<T>;
  create(input: Input): Promise<T>;
  change(id: string, version: number, input: Input): Promise<T>;
  remove(id: string): Promise<void>;
}

export function resource<T, Input>(path: string): Resource<T, Input> {
  return {
    path,
    list: async (query, signal) => {
      const page = await send<Page<T> | T[]>(path, {
        query: query ?? {},
        ...(signal ? { signal } : {}),
      });
      return Array.isArray(page) ? { items: page, next: null } : page;
    },
    one: (id) => send<T>(`${path}/${id}`),
    create: (input) => send<T>(path, { method: 'POST', body: input }),
    change: (id, version, input) =>
      send<T>(`${path}/${id}`, { method: 'PUT', body: input, version }),
    remove: (id) => send<void>(`${path}/${id}`, { method: 'DELETE' }),
  };
}

/** A page of a collection; the previous page stays on screen while the next one loads. */
export function useList<T, Input>(of: Resource<T, Input>, query: Query = {}, enabled = true) {
  return useQuery<Page<T>, Problem>({
    queryKey: [of.path, query],
    queryFn: ({ signal }) => of.list(query, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}

/** The whole of a small collection (at most 500), for choices in forms. */
export function useAll<T, Input>(of: Resource<T, Input>, enabled = true): T[] {
  return useList(of, { limit: 500 }, enabled).data?.items ?? [];
}

/** Something that changes the server; what it touches is read again. */
export function useChange<Args, Out>(run: (args: Args) => Promise<Out>, touches: string[]) {
  return useMutation<Out, Problem, Args>({
    mutationFn: run,
    onSuccess: async () => {
      await Promise.all(touches.map((key) => queryClient.invalidateQueries({ queryKey: [key] })));
    },
  });
}
