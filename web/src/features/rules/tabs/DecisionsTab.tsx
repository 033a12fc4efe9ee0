import { Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CustomerSelect } from '../../../ui/CustomerSelect';
import { DecisionTable } from '../../../ui/decision/DecisionTable';
import type { TabProps } from '../RulePage';

/** What the rule decided about each event it looked at, newest first, with the reasons. */
export default function DecisionsTab({ rule }: TabProps) {
  const { t } = useTranslation();
  const [matched, setMatched] = useState(false);
  const [customer, setCustomer] = useState<string>();
  return (
    <>
      <div className="row wrap filters">
        <span className="dim grow">{t('rules.decisions.note')}</span>
        <span className="customer-filter">
          <CustomerSelect value={customer} onChange={setCustomer} />
        </span>
        <Switch
          aria-label={t('rules.decisions.onlyMatched')}
          checked={matched}
          onChange={setMatched}
        />
        {t('rules.decisions.onlyMatched')}
      </div>
      <DecisionTable
        // Another filter begins at the newest again.
        key={`${matched} ${customer}`}
        path={`/rules/${rule.id}/decisions`}
        query={{ matched: matched || undefined, customer_id: customer }}
        live={rule.live_version !== null}
        none={t('rules.decisions.none')}
        about={{
          title: t('rules.decisions.customer'),
          render: (_, row) => row.customer_name ?? row.customer_id ?? '—',
        }}
      />
    </>
  );
}
