import { keepPreviousData, QueryClient, useMutation, useQuery } from '@tanstack/react-query';
import type { Page } from './contract';
import type { paths } from './generated/schema';
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

/** A collection that the document has: `/people` and not `/persons`. */
export type Collection = keyof paths extends infer P
  ? P extends `/api/v1${infer Rest}`
    ? Rest extends `${string}{${string}`
      ? never
      : Rest
    : never
  : never;

/** One collection of the REST interface: list, one, create, change, remove. */
export interface Resource<T, Input, Made = T> {
  path: Collection;
  /** The right that reads it. */
  right: string;
  /** What tells one item from another. */
  key(item: T): string;
  list(query?: Query, signal?: AbortSignal): Promise<Page<T>>;
  one(id: string): Promise<T>;
  create(input: Input): Promise<Made>;
  change(id: string, version: number, input: Input): Promise<T>;
  remove(id: string): Promise<void>;
}

export function resource<T, Input, Made = T>(
  path: Collection,
  key: (item: T) => string,
  right: string,
): Resource<T, Input, Made> {
  return {
    path,
    right,
    key,
    list: async (query, signal) => {
      const options = { query: query ?? {}, ...(signal ? { signal } : {}) };
      const page = await send<Page<T> | T[]>(path, options);
      return Array.isArray(page) ? { items: page, next: null } : page;
    },
    one: (id) => send<T>(`${path}/${id}`),
    create: (input) => send<Made>(path, { method: 'POST', body: input }),
    change: (id, version, input) =>
      send<T>(`${path}/${id}`, { method: 'PUT', body: input, version }),
    remove: (id) => send<void>(`${path}/${id}`, { method: 'DELETE' }),
  };
}

/** A page of a collection; the previous page stays on screen while the next one loads. `everyMs`: how often it is read again. */
export function useList<T, Input, Made>(
  of: Resource<T, Input, Made>,
  query: Query = {},
  enabled = true,
  everyMs: number | false = false,
) {
  return useQuery<Page<T>, Problem>({
    queryKey: [of.path, query],
    queryFn: ({ signal }) => of.list(query, signal),
    placeholderData: keepPreviousData,
    enabled,
    refetchInterval: everyMs,
  });
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
