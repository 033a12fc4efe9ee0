import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useList } from '../api/query';
import { customers } from '../api/resources';
import { useCan } from '../api/session';
import { phone } from '../lib/format';

const PAUSE_MS = 250;

/** One customer, found by name or number. */
export function CustomerSelect({
  value,
  onChange,
}: {
  value: string | undefined;
  onChange(id: string | undefined): void;
}) {
  const { t } = useTranslation();
  const [q, setQ] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const allowed = useCan(customers.right);
  const found = useList(customers, { limit: 20, ...(q ? { q } : {}) }, allowed);
  const listed = found.data?.items ?? [];
  const missing = value !== undefined && !listed.some(({ id }) => id === value);
  const chosen = useQuery({
    queryKey: [customers.path, value],
    queryFn: () => customers.one(value ?? ''),
    enabled: allowed && missing && found.isSuccess,
  });
  const shown = missing && chosen.data ? [chosen.data, ...listed] : listed;
  return (
    <Select
      allowClear
      style={{ width: '100%' }}
      aria-label={t('rules.trial.customer')}
      placeholder={t('rules.trial.pickCustomer')}
      disabled={!allowed}
      value={value ?? null}
      loading={found.isFetching}
      showSearch={{
        filterOption: false,
        onSearch: (text) => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => setQ(text), PAUSE_MS);
        },
      }}
      options={shown.map((customer) => ({
        value: customer.id,
        label: [
          customer.name,
          ...(customer.identifiers ?? [])
            .filter((one) => one.kind === 'phone')
            .slice(0, 1)
            .map((one) => phone(one.value)),
        ].join(', '),
      }))}
      onChange={(id) => onChange(id ?? undefined)}
    />
  );
}
