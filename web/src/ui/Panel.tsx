import { useTranslation } from 'react-i18next';
import type { FullCustomer } from '../api/records';

/** A page of another system; `fields` fill what its address leaves open. */
export interface PanelProps {
  title: string;
  url: string;
  height?: number;
  fields: Record<string, unknown>;
}

/** Fills `{customer.phone}` and the like, percent-encoded; what is not known is left out. */
export function filled(url: string, fields: Record<string, unknown>): string {
  return url.replace(/\{customer\.([a-z0-9_]+)\}/g, (_, key: string) => {
    const value = fields[key];
    return value === null || value === undefined ? '' : encodeURIComponent(String(value));
  });
}

/** What a panel's address may name: attributes, and each kind of identifier by its first value. */
export function cardFields(customer: FullCustomer): Record<string, unknown> {
  const first: Record<string, unknown> = {};
  for (const { kind, value } of customer.identifiers ?? []) first[kind] ??= value;
  const { id, name, kind, language } = customer;
  return { ...customer.attributes, ...first, id, name, kind, language };
}

/** Scripts of that page run in its own origin; it cannot navigate ours. */
export function Panel({ title, url, height = 480, fields }: PanelProps) {
  const { t } = useTranslation();
  return (
    <iframe
      className="panel-frame"
      title={t('common.panel', { title })}
      src={filled(url, fields)}
      height={height}
      style={{ width: '100%', border: 0 }}
      loading="lazy"
      referrerPolicy="origin"
      sandbox="allow-scripts allow-same-origin allow-forms allow-popups"
    />
  );
}
