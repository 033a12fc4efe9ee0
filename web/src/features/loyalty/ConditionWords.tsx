import { useTranslation } from 'react-i18next';
import type { Group } from '../../api/automation';
import type { ConditionPlace } from '../../api/loyalty';
import { sayGroup } from '../../ui/decision/sentence';
import { useNamed } from '../../ui/decision/useKnown';
import { useConditionFields, useReading } from './condition';

/** A kept condition in words; the expression itself where the form cannot say it. */
export function ConditionWords({ place, text }: { place: ConditionPlace; text: string }) {
  const { t, i18n } = useTranslation();
  const { data, isPending } = useReading(place, text);
  const group = data?.group as Group | null | undefined;
  const fields = useNamed(useConditionFields(place), group);
  // Words in a moment: the expression would only flash up.
  if (isPending || (group && fields.length === 0)) return null;
  if (!group) return <code>{text}</code>;
  const words = sayGroup(group, { t, language: i18n.language, fields, types: [] });
  return <span title={text}>{words || text}</span>;
}
