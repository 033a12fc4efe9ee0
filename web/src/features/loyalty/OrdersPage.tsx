import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { PageHead } from '../../ui/PageHead';
import { OrdersTable } from './OrdersTable';

const STATES = ['placed', 'confirmed', 'cancelled'] as const;

export default function OrdersPage() {
  const { t } = useTranslation();
  const [params, setParams] = useSearchParams();
  const state = params.get('state');
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.orders')} note={t('loyalty.order.note')} />
      <div className="row filters wrap">
        <Select
          allowClear
          style={{ width: 200 }}
          aria-label={t('loyalty.field.state')}
          placeholder={t('loyalty.field.state')}
          value={state}
          onChange={(next) => setParams(next ? { state: next } : {}, { replace: true })}
          options={STATES.map((value) => ({ value, label: t(`loyalty.order.states.${value}`) }))}
        />
      </div>
      <OrdersTable key={state} query={state ? { state } : {}} />
    </div>
  );
}
