import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../api/query';
import { cards, people } from '../api/records';
import { phone } from '../lib/format';

const FOUND_MAX = 20;

/** A customer or a card of a kind, found while typing. */
export function RecordPicker({
  of,
  value,
  onChange,
  label,
  id,
  placeholder,
}: {
  of: string;
  value?: string | undefined;
  onChange?: (id: string | undefined) => void;
  label: string;
  id?: string;
  placeholder?: string;
}) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const customer = of === 'customer';
  const query = { limit: FOUND_MAX, ...(q ? { q } : {}) };
  const customers = useList(people, query, customer);
  const found = useList(cards, { ...query, kind: of }, !customer);
  const options = customer
    ? (customers.data?.items ?? []).map((one) => ({
        value: one.id,
        label: [one.name, phone(one.identifiers?.find(({ kind }) => kind === 'phone')?.value)]
          .filter((part) => part !== '—')
          .join(' · '),
      }))
    : (found.data?.items ?? []).map((one) => ({ value: one.id, label: one.title }));
  return (
    <Select
      {...(id ? { id } : {})}
      {...(label ? { 'aria-label': label } : {})}
      style={{ width: '100%', minWidth: 220 }}
      allowClear
      showSearch={{ filterOption: false, onSearch: setQ }}
      placeholder={placeholder ?? t('cards.links.find')}
      value={value ?? null}
      onChange={(id) => onChange?.(id ?? undefined)}
      options={options}
      notFoundContent={t('common.emptySearch')}
    />
  );
}
