import { useTranslation } from 'react-i18next';
import { results } from '../../api/resources';
import { NamedPage } from './NamedPage';

export default function ResultsPage() {
  const { t } = useTranslation();
  return (
    <NamedPage
      resource={results as never}
      rights="classifier"
      title={t('admin.page.results')}
      note={t('admin.note.results')}
    />
  );
}
