import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Group, RuleField } from '../../api/automation';
import type { Page } from '../../api/contract';
import type { Query } from '../../api/http';
import { bonusTypes, masters, partners, programmes, tiers } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import {
  type Choices,
  choicesOf,
  type Entry,
  type KnownField,
  type KnownSet,
  type Listed,
  named,
  setOf,
  unnamedIn,
  type Wanted,
  withEntries,
} from './known';

/** Such lists change rarely while somebody writes a condition. */
const FRESH_MS = 60_000;
const ALL = { limit: 500 };
const PROGRAMMES = { limit: 100 };

/** Entries that a search shows at once. */
const FOUND = { limit: 50 };
/** Texts that are looked for at once. */
const WANTED_MAX = 20;

interface Asked {
  set: KnownSet;
  of: { path: string; list(query: Query, signal?: AbortSignal): Promise<Page<Entry>> };
  query: Query;
}

/** How the entries of a list are asked for; those of programmes of each programme. */
function asked(set: KnownSet, ids: string[], search?: Query): Asked[] {
  const one = (of: unknown, query: Query) => ({ set, of: of as Asked['of'], query });
  switch (set) {
    case 'programme':
      return [one(programmes, search ?? PROGRAMMES)];
    case 'partner':
      return [one(partners, search ?? ALL)];
    case 'tier':
      return ids.map((id) => one(tiers(id), search ?? PROGRAMMES));
    case 'bonus_type':
      return ids.map((id) => one(bonusTypes(id), search ?? PROGRAMMES));
    default:
      return [one(masters(set), search ?? ALL)];
  }
}

/** The programmes, where one of these lists is kept by each of them. */
function useProgrammeIds(sets: readonly KnownSet[]): string[] {
  const ofProgrammes = sets.includes('tier') || sets.includes('bonus_type');
  return useList(programmes, PROGRAMMES, ofProgrammes).data?.items.map(({ id }) => id) ?? [];
}

/** What of these lists was read so far. */
const useLists = (lists: readonly Asked[]) =>
  useQueries({
    queries: lists.map(({ of, query }) => ({
      queryKey: [of.path, query],
      staleTime: FRESH_MS,
      queryFn: ({ signal }: { signal: AbortSignal }) => of.list(query, signal),
    })),
    combine: (answers) => answers.map(({ data }, n) => ({ set: lists[n]?.set, page: data })),
  });

/** The fields, those whose values are in a list of the loyalty programme with its entries. */
export function useKnown(fields: RuleField[], event?: string): KnownField[] {
  const { i18n } = useTranslation();
  const may = useCan('loyalty.read');
  const sets = useMemo(
    () => [...new Set(fields.flatMap((field) => setOf(field, event) ?? []))],
    [fields, event],
  );
  const wanted = may ? sets : [];
  const ids = useProgrammeIds(wanted);
  const found = useLists(wanted.flatMap((set) => asked(set, ids)));
  return useMemo(() => {
    const lists = new Map<KnownSet, Listed>();
    for (const { set, page } of found) {
      if (!set || !page) continue;
      const { entries, more } = lists.get(set) ?? { entries: [], more: false };
      lists.set(set, {
        entries: [...entries, ...page.items],
        more: more || Boolean(page.next),
      });
    }
    return withEntries(fields, event, lists, i18n.language);
  }, [fields, event, found, i18n.language]);
}

/** Entries of longer lists, for each text that is looked for. */
export function useFound(wanted: readonly Wanted[]): Choices[] {
  const { i18n } = useTranslation();
  const few = wanted.slice(0, WANTED_MAX);
  const ids = useProgrammeIds(few.map(({ set }) => set));
  const lists = few.flatMap(({ set, q }, n) =>
    asked(set, ids, { ...FOUND, q }).map((one) => ({ ...one, n })),
  );
  const pages = useLists(lists);
  return few.map((_, n) => {
    const found = pages.filter((_, at) => lists[at]?.n === n);
    return choicesOf(
      found.flatMap(({ page }) => page?.items ?? []),
      i18n.language,
    );
  });
}

/** The fields with names also for the codes that these conditions ask for and that were not read with the lists. */
export function useNamed(fields: KnownField[], group: Group | null | undefined): KnownField[] {
  const wanted = useMemo(() => (group ? unnamedIn(group, fields) : []), [group, fields]);
  const found = useFound(wanted);
  return wanted.length > 0 ? named(fields, wanted, found) : fields;
}
