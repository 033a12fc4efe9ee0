import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type Attribute, useAttributes } from '../../../api/records';
import { localText } from '../../../lib/format';
import { LANGUAGES } from '../../../lib/i18n';
import { CUSTOMER } from '../kinds';

/** Something a record can be filtered and counted by. */
export interface Filterable {
  path: string;
  key: string;
  title: string;
  type: string;
  unit: string | null;
  choices: { value: string; title: string }[];
}

/** What every customer has, beside the attributes that administrators define. */
function ownFields(t: TFunction): Filterable[] {
  const own = (key: string, title: string, type = 'text', choices: Filterable['choices'] = []) => ({
    path: `customer.${key}`,
    key,
    title,
    type,
    unit: null,
    choices,
  });
  return [
    own('name', t('cards.customers.name')),
    own(
      'kind',
      t('desk.customer.kind'),
      'choice',
      (['individual', 'organisation'] as const).map((value) => ({
        value,
        title: t(`desk.customer.${value}`),
      })),
    ),
    own('vip', 'VIP', 'boolean'),
    own(
      'language',
      t('nav.language'),
      'choice',
      LANGUAGES.map(({ code, name }) => ({ value: code, title: name })),
    ),
    own('phone', t('admin.customers.kinds.phone')),
    own('email', t('admin.customers.kinds.email')),
    own('created_at', t('cards.page.since'), 'datetime'),
  ];
}

export function filterable(of: string, attribute: Attribute, language: string): Filterable {
  return {
    path: `${of === CUSTOMER ? CUSTOMER : 'card'}.${attribute.key}`,
    key: attribute.key,
    title: localText(attribute.title, language) || attribute.key,
    type: attribute.type,
    unit: attribute.unit,
    choices: (attribute.choices ?? []).map(({ value, title }) => ({
      value,
      title: localText(title, language) || value,
    })),
  };
}

/** Everything that a filter or a report over these records can name. */
export function useFilterable(of: string): Filterable[] {
  const { t, i18n } = useTranslation();
  const attributes = useAttributes(of);
  return [
    ...(of === CUSTOMER ? ownFields(t) : []),
    ...attributes.map((attribute) => filterable(of, attribute, i18n.language)),
  ];
}
