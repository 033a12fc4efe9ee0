import { useTranslation } from 'react-i18next';
import { skills } from '../../api/resources';
import { NamedPage } from './NamedPage';

export default function SkillsPage() {
  const { t } = useTranslation();
  return (
    <NamedPage
      resource={skills as never}
      rights="skill"
      title={t('admin.page.skills')}
      note={t('admin.note.skills')}
    />
  );
}
