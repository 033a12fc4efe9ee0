import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEventTypes, useRuleFields } from '../../api/rules';
import type { KnownField } from './known';
import { localised } from './localise';
import { useKnown } from './useKnown';

/** What a rule about the event may look at, named in the person's language. */
export function useFields(event: string): KnownField[] {
  const { t, i18n } = useTranslation();
  const fields = useRuleFields(event).data;
  const types = useEventTypes().data;
  const named = useMemo(
    () =>
      localised(
        fields ?? [],
        types?.find((type) => type.name === event),
        i18n.language,
        t,
      ),
    [fields, types, event, i18n.language, t],
  );
  return useKnown(named, event);
}
