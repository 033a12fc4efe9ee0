import { useTranslation } from 'react-i18next';
import { reasons } from '../../api/resources';
import { NamedPage } from './NamedPage';

export default function ReasonsPage() {
  const { t } = useTranslation();
  return (
    <NamedPage
      resource={reasons as never}
      rights="classifier"
      title={t('admin.page.reasons')}
      note={t('admin.note.reasons')}
      code
    />
  );
}
