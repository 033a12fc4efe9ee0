import { Button, Popconfirm, Progress, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOOK_EVERY_MS, type Prediction, predictionAct, predictions } from '../../api/predictions';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { PredictionForm, fromForm, toForm } from './PredictionForm';
import { QualityDrawer } from './QualityDrawer';

const COLOURS = { draft: 'default', trained: 'blue', launched: 'green', retired: 'default' };

function State({ one }: { one: Prediction }) {
  const { t } = useTranslation();
  const { newest } = one;
  const percent = newest?.total ? Math.round((100 * newest.done) / newest.total) : 0;
  return (
    <>
      <Tag color={COLOURS[one.state]}>{t(`predictions.states.${one.state}`)}</Tag>
      {newest?.state === 'training' ? (
        <Progress percent={percent} size="small" aria-label={t('predictions.beingTrained')} />
      ) : null}
      {newest?.state === 'failed' ? (
        <Tag color="error">{t('predictions.versionStates.failed')}</Tag>
      ) : null}
      {newest?.refused ? <Tag color="warning">{t('predictions.refused.not_better')}</Tag> : null}
    </>
  );
}

function RowActions({ one, onQuality }: { one: Prediction; onQuality(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const act = useChange(
    (what: 'train' | 'launch' | 'retire') => predictionAct(one.id, what),
    [predictions.path, 'prediction-versions', 'rule-fields'],
  );
  const run = (what: 'train' | 'launch' | 'retire', said: string) =>
    act.mutateAsync(what).then(() => say.done(said), say.failed);
  const right = (may: boolean, operation: string) =>
    may ? undefined : t('common.noAccess', { operation });
  const mayWrite = right(useCan('prediction.write'), 'prediction.write');
  const mayLaunch = right(useCan('prediction.launch'), 'prediction.launch');
  const training = one.newest?.state === 'training' ? t('predictions.beingTrained') : undefined;
  const ready = one.newest?.state === 'trained' ? undefined : t('predictions.notTrained');
  const refused = one.newest?.refused ? t('predictions.refused.not_better') : undefined;
  const name = one.name;
  return (
    <>
      <Button size="small" aria-label={`${t('predictions.quality')}: ${name}`} onClick={onQuality}>
        {t('predictions.quality')}
      </Button>
      <ReasonButton
        size="small"
        reason={mayWrite ?? training}
        aria-label={`${t('predictions.train')}: ${name}`}
        onClick={() => void run('train', t('predictions.trainingAsked'))}
      >
        {t('predictions.train')}
      </ReasonButton>
      <ReasonButton
        size="small"
        reason={mayLaunch ?? ready ?? refused}
        aria-label={`${t('predictions.launch')}: ${name}`}
        onClick={() => void run('launch', t('predictions.launched'))}
      >
        {t('predictions.launch')}
      </ReasonButton>
      {one.live_version ? (
        <Popconfirm
          title={t('predictions.retireSure')}
          okText={t('predictions.retire')}
          cancelText={t('common.cancel')}
          disabled={Boolean(mayLaunch)}
          onConfirm={() => run('retire', t('predictions.retired'))}
        >
          <ReasonButton
            size="small"
            reason={mayLaunch}
            aria-label={`${t('predictions.retire')}: ${name}`}
          >
            {t('predictions.retire')}
          </ReasonButton>
        </Popconfirm>
      ) : null}
    </>
  );
}

/** What customers will probably do: defined, trained, judged, launched. */
export default function PredictionsPage() {
  const { t, i18n } = useTranslation();
  const [shown, setShown] = useState<Prediction>();
  return (
    <div className="page">
      <CrudPage
        spec={{
          resource: predictions,
          read: 'prediction.read',
          write: 'prediction.write',
          title: t('automation.predictions'),
          note: t('predictions.note'),
          name: (one) => one.name,
          everyMs: LOOK_EVERY_MS,
          columns: [
            {
              title: t('common.name'),
              render: (_, one) => (
                <>
                  {localText(one.title, i18n.language)}
                  <div className="dim code">prediction.{one.name}</div>
                </>
              ),
            },
            { title: t('predictions.state'), width: 220, render: (_, one) => <State one={one} /> },
            {
              title: t('predictions.quality'),
              render: (_, one) =>
                one.newest?.quality ? (
                  one.newest.quality.auc.toFixed(2)
                ) : (
                  <span className="dim">—</span>
                ),
            },
          ],
          initial: toForm,
          toInput: fromForm,
          fields: () => <PredictionForm />,
          rowActions: (one) => <RowActions one={one} onQuality={() => setShown(one)} />,
        }}
      />
      {shown ? <QualityDrawer prediction={shown} onClose={() => setShown(undefined)} /> : null}
    </div>
  );
}
