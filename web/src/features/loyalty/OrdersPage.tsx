import { Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PageHead } from '../../ui/PageHead';
import { OrdersTable } from './OrdersTable';

const STATES = ['placed', 'confirmed', 'cancelled'] as const;

/** Applications for rewards, of all members: by state and by number (CIMP-RED-02). */
export default function OrdersPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const query = Object.fromEntries(params);
  const put = (name: string, value: string | undefined) => {
    const { [name]: _, ...rest } = query;
    setParams(value ? { ...rest, [name]: value } : rest, { replace: true });
  };
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.orders')} note={t('loyalty.order.note')} />
      <div className="row filters wrap">
        <Input.Search
          allowClear
          style={{ width: 220 }}
          inputMode="numeric"
          aria-label={t('loyalty.order.number')}
          placeholder={t('loyalty.order.number')}
          defaultValue={query.number}
          onSearch={(text) => put('number', text.replace(/\D/g, '') || undefined)}
        />
        <Select
          allowClear
          style={{ width: 200 }}
          aria-label={t('loyalty.field.state')}
          placeholder={t('loyalty.field.state')}
          value={query.state}
          onChange={(next: string | undefined) => put('state', next)}
          options={STATES.map((value) => ({ value, label: t(`loyalty.order.states.${value}`) }))}
        />
      </div>
      <OrdersTable key={params.toString()} query={query} />
    </div>
  );
}
