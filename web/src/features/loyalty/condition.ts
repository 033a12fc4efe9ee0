import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../../api/automation';
import {
  type Condition,
  type ConditionPlace,
  checkCondition,
  conditionFields,
} from '../../api/loyalty';
import { Problem } from '../../api/problem';
import { queryClient } from '../../api/query';
import { useEventTypes } from '../../api/rules';
import { useCheck } from '../../ui/criteria/useCheck';
import { isBlank } from '../../ui/decision/document';
import type { KnownField } from '../../ui/decision/known';
import { localised } from '../../ui/decision/localise';
import { useKnown } from '../../ui/decision/useKnown';

/** A kept expression as it begins in a form: it stays as it is until somebody changes it. */
export const kept = (text: string | null | undefined): Criteria => ({
  kind: 'expression',
  text: text ?? '',
});

/** What a condition at this place may look at, named in the person's language. */
export function useConditionFields(place: ConditionPlace): KnownField[] {
  const { t, i18n } = useTranslation();
  const found = useQuery<Awaited<ReturnType<typeof conditionFields>>, Problem>({
    queryKey: ['loyalty-condition-fields', place],
    staleTime: 60_000,
    queryFn: () => conditionFields(place),
  }).data;
  const type = useEventTypes().data?.find(({ name }) => name === place.event);
  const named = useMemo(
    () => localised(found ?? [], type, i18n.language, t),
    [found, type, i18n.language, t],
  );
  return useKnown(named, place.event);
}

const reading = (place: ConditionPlace, text: string) => ({
  queryKey: ['loyalty-condition', place, text],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: () => checkCondition(place, kept(text)),
});

/** An expression as the server reads it: with the form that says the same, where there is one. */
export const readCondition = (place: ConditionPlace, text: string) =>
  queryClient.fetchQuery(reading(place, text));

export const useReading = (place: ConditionPlace, text: string) =>
  useQuery<Condition, Problem>({ ...reading(place, text), enabled: text.trim() !== '' });

/** What the server finds in the criteria while they are written; the places are those under `/criteria`. */
export function useConditionFaults(
  { of, programme_id, event }: ConditionPlace,
  criteria: Criteria,
) {
  const document = useMemo(() => ({ criteria }), [criteria]);
  const look = useCallback(
    async (looked: { criteria: Criteria }, stop: AbortSignal) =>
      isBlank(looked.criteria)
        ? { faults: [] }
        : checkCondition({ of, programme_id, event }, looked.criteria, stop),
    [of, programme_id, event],
  );
  return useCheck(document, [], look).faults;
}

/** The expression to keep of what stands in the form; `pointer` is the field that a fault belongs to. */
export async function conditionText(
  place: ConditionPlace,
  criteria: Criteria | undefined,
  pointer: string,
): Promise<string> {
  if (!criteria || isBlank(criteria)) return '';
  if (criteria.kind === 'expression') return criteria.text;
  const { text, faults } = await checkCondition(place, criteria);
  const wrong = faults.find(({ severity }) => severity === 'error');
  if (typeof text === 'string' && !wrong) return text;
  const errors = [{ pointer, detail: wrong?.message ?? '' }];
  throw new Problem({ code: 'invalid', title: '', errors }, 422);
}
