import { useTranslation } from 'react-i18next';
import type { Attribute } from '../api/records';
import { isEmpty, valueText } from '../lib/attributes';

/** A value of an attribute in the reader's language; addresses can be followed. */
export function AttributeValue({ of, value }: { of: Attribute; value: unknown }) {
  const { t, i18n } = useTranslation();
  const text = valueText(of, value, i18n.language, { yes: t('common.yes'), no: t('common.no') });
  if (isEmpty(value)) return <span className="dim">{text}</span>;
  if (of.type === 'email') return <a href={`mailto:${value}`}>{text}</a>;
  // Only addresses of the web are followed: the value was typed by somebody.
  if (of.type === 'url' && /^https?:\/\//i.test(String(value)))
    return (
      <a href={String(value)} target="_blank" rel="noreferrer noopener">
        {text}
      </a>
    );
  return text;
}
