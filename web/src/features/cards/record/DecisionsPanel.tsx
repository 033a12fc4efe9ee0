import { Switch } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useCan } from '../../../api/session';
import { readyText } from '../../../lib/i18n';
import { DecisionTable } from '../../../ui/decision/DecisionTable';
import { EmptyState } from '../../../ui/EmptyState';

/** Why rules reacted to what this customer did, or did not. */
export function DecisionsPanel({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const [matched, setMatched] = useState(false);
  if (!useCan('rule.read'))
    return <EmptyState text={t('common.noAccess', { operation: 'rule.read' })} />;
  return (
    <>
      <p className="row wrap">
        <span className="dim grow">{t('cards.page.decisionsNote')}</span>
        <Switch
          aria-label={t('rules.decisions.onlyMatched')}
          checked={matched}
          onChange={setMatched}
        />
        {t('rules.decisions.onlyMatched')}
      </p>
      <DecisionTable
        key={String(matched)}
        path={`/customers/${customer}/decisions`}
        query={{ matched: matched || undefined }}
        live
        none={t('cards.page.decisionsNone')}
        about={{
          title: t('cards.page.decisionsRule'),
          render: (_, row) => (
            <Link to={`/automation/rules/${row.rule_id}`}>
              {readyText(row.rule_name ?? row.rule_id)}
            </Link>
          ),
        }}
      />
    </>
  );
}
