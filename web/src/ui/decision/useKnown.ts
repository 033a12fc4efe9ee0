import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleField } from '../../api/automation';
import { bonusTypes, masters, partners, programmes, tiers } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { type Entry, type KnownSet, setOf, withEntries } from './known';

/** Such lists change rarely while somebody writes a condition. */
const FRESH_MS = 60_000;
const ALL = { limit: 500 };
const PROGRAMMES = { limit: 100 };

/** How the entries of a list are asked for; those of programmes of each programme. */
function asked(set: KnownSet, ids: string[]) {
  switch (set) {
    case 'programme':
      return [{ of: programmes, query: PROGRAMMES }];
    case 'partner':
      return [{ of: partners, query: ALL }];
    case 'tier':
      return ids.map((id) => ({ of: tiers(id), query: PROGRAMMES }));
    case 'bonus_type':
      return ids.map((id) => ({ of: bonusTypes(id), query: PROGRAMMES }));
    default:
      return [{ of: masters(set), query: ALL }];
  }
}

/** The fields, those whose values are in a list of the loyalty programme with its entries. */
export function useKnown(fields: RuleField[], event?: string): RuleField[] {
  const { i18n } = useTranslation();
  const may = useCan('loyalty.read');
  const sets = useMemo(
    () => [...new Set(fields.flatMap((field) => setOf(field, event) ?? []))],
    [fields, event],
  );
  const wanted = may ? sets : [];
  const ofProgrammes = wanted.includes('tier') || wanted.includes('bonus_type');
  const ids = useList(programmes, PROGRAMMES, ofProgrammes).data?.items.map(({ id }) => id) ?? [];
  const lists = wanted.flatMap((set) => asked(set, ids).map((one) => ({ set, ...one })));
  const found = useQueries({
    queries: lists.map(({ of, query }) => ({
      queryKey: [of.path, query],
      staleTime: FRESH_MS,
      queryFn: async () => of.list(query) as Promise<{ items: Entry[] }>,
    })),
    combine: (answers) =>
      answers.map(({ data }, n) => ({ set: lists[n]?.set, items: data?.items })),
  });
  return useMemo(() => {
    const entries = new Map<KnownSet, Entry[]>();
    for (const { set, items } of found)
      if (set && items) entries.set(set, [...(entries.get(set) ?? []), ...items]);
    return withEntries(fields, event, entries, i18n.language);
  }, [fields, event, found, i18n.language]);
}
