import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { problemText } from '../../ui/ProblemNote';
import type { Editing } from './useDraft';

/** Whether the draft is kept; after a conflict the person chooses, and nothing is lost before. */
export function SaveMark({ editing }: { editing: Editing }) {
  const { t } = useTranslation();
  const { saving, problem } = editing;
  if (saving === 'conflict')
    return (
      <Alert
        role="alert"
        type="warning"
        className="rule-conflict"
        title={t('rules.builder.conflict')}
        action={
          <span className="row">
            <Button size="small" onClick={editing.takeTheirs}>
              {t('rules.builder.conflictTheirs')}
            </Button>
            <Button size="small" type="primary" onClick={editing.keepMine}>
              {t('rules.builder.conflictMine')}
            </Button>
          </span>
        }
      />
    );
  if (saving === 'failed')
    return (
      <span role="alert" className="rule-unsaved">
        {t('rules.builder.saveFailed', { reason: problem ? problemText(problem, t) : '' })}
      </span>
    );
  return (
    <span className="dim rule-saving" data-saving={saving} aria-live="polite">
      {t(`rules.builder.${saving}`)}
    </span>
  );
}
