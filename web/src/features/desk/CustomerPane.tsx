import { LeftOutlined, RightOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Desk } from '../../api/frames';
import { keyLabel } from '../../lib/keys';
import { later } from '../../lib/later';
import { setPref, usePrefs } from '../../lib/prefs';
import { EmptyState } from '../../ui/EmptyState';

const CallerCard = later(() => import('./CallerCard'));

/** Right: who is on the line. Folds to a strip and stays folded. */
export function CustomerPane({ desk }: { desk: Desk }) {
  const { t } = useTranslation();
  const open = usePrefs((prefs) => prefs.customerOpen);
  const card = desk.contact?.card ?? desk.offer?.contact;
  const toggle = (
    <Button
      type="text"
      size="small"
      icon={open ? <RightOutlined /> : <LeftOutlined />}
      aria-label={t('help.customer')}
      aria-expanded={open}
      title={`${t('help.customer')} (${keyLabel('customer')})`}
      onClick={() => setPref('customerOpen', !open)}
    />
  );
  if (!open)
    return (
      <aside className="desk-customer" aria-label={t('desk.customer.title')}>
        {toggle}
      </aside>
    );
  return (
    <aside className="desk-customer" aria-label={t('desk.customer.title')}>
      <div className="row pane-head">
        <h2>{t('desk.customer.title')}</h2>
        {toggle}
      </div>
      {card ? (
        <Suspense fallback={null}>
          <CallerCard card={card} />
        </Suspense>
      ) : (
        <EmptyState text={t('desk.customer.none')} />
      )}
    </aside>
  );
}
