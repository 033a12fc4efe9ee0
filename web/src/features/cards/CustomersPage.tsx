import { useTranslation } from 'react-i18next';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';

export default function CustomersPage() {
  const { t } = useTranslation();
  return (
    <div className="page">
      <PageHead title={t('nav.customers')} />
      <EmptyState text={t('common.empty')} />
    </div>
  );
}
