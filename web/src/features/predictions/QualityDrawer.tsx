import { Alert, Drawer, Progress, Table, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type Prediction,
  type PredictionVersion,
  type Quality,
  usePredictionVersions,
} from '../../api/predictions';
import { count, dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { ProblemNote } from '../../ui/ProblemNote';

const percent = (share: number, language: string) =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(share);

/** The AUC in a word; where the words change is custom in marketing, not a law. */
export function grade(auc: number): 'weak' | 'fair' | 'good' | 'strong' {
  if (auc < 0.6) return 'weak';
  if (auc < 0.7) return 'fair';
  return auc < 0.85 ? 'good' : 'strong';
}

function Judgement({ quality }: { quality: Quality }) {
  const { t, i18n } = useTranslation();
  const share = (value: number) => percent(value, i18n.language);
  return (
    <>
      <p>
        <strong>{t(`predictions.grades.${grade(quality.auc)}`)}</strong>{' '}
        <span className="dim">AUC {quality.auc.toFixed(3)}</span>
      </p>
      <p>{t('predictions.auc', { percent: share(quality.auc) })}</p>
      <p>{t('predictions.base', { percent: share(quality.base_rate) })}</p>
      <p>{t('predictions.lift', { times: quality.lift.toFixed(1) })}</p>
      <p className="dim">
        {t('predictions.facts', {
          trained: count(quality.trained_on, i18n.language),
          customers: count(quality.customers, i18n.language),
        })}
      </p>
      <p className="dim">
        {t('predictions.surprise', {
          model: quality.log_loss.toFixed(3),
          base: quality.log_loss_base.toFixed(3),
        })}
      </p>
      <h3>{t('predictions.deciles')}</h3>
      <Table
        rowKey="number"
        size="small"
        pagination={false}
        dataSource={quality.deciles}
        columns={[
          { title: t('predictions.decile'), dataIndex: 'number' },
          { title: t('predictions.customers'), dataIndex: 'customers', align: 'right' },
          {
            title: t('predictions.predicted'),
            align: 'right',
            render: (_, row) => share(row.predicted),
          },
          {
            title: t('predictions.actual'),
            width: 220,
            render: (_, row) => (
              <Progress
                percent={100 * row.actual}
                size="small"
                strokeLinecap="butt"
                format={() => share(row.actual)}
                aria-label={share(row.actual)}
              />
            ),
          },
        ]}
      />
    </>
  );
}

function Weights({ version }: { version: PredictionVersion }) {
  const { t, i18n } = useTranslation();
  if (version.weights.length === 0) return null;
  return (
    <>
      <h3>{t('predictions.weights')}</h3>
      <p className="dim">{t('predictions.weightNote')}</p>
      <Table
        rowKey={(row) => JSON.stringify(row.feature)}
        size="small"
        pagination={false}
        showHeader={false}
        dataSource={version.weights.slice(0, 15)}
        columns={[
          { render: (_, row) => localText(row.words, i18n.language) },
          {
            align: 'right',
            render: (_, row) =>
              t(row.odds >= 1 ? 'predictions.raises' : 'predictions.lowers', {
                odds: row.odds.toFixed(2),
              }),
          },
        ]}
      />
    </>
  );
}

/** How good the newest version is, in the words of a marketer. */
export function QualityDrawer({
  prediction,
  onClose,
}: {
  prediction: Prediction;
  onClose(): void;
}) {
  const { t, i18n } = useTranslation();
  const versions = usePredictionVersions(prediction.id);
  const newest = versions.data?.[0];
  const refused = newest?.refused === 'too_few' ? 'too_few' : 'not_better';
  return (
    <Drawer open size={640} title={localText(prediction.title, i18n.language)} onClose={onClose}>
      <ProblemNote error={versions.error} onRetry={() => void versions.refetch()} />
      {newest ? (
        <>
          <p className="row">
            <span>{t('predictions.version', { n: newest.number })}</span>
            <Tag>{t(`predictions.versionStates.${newest.state}`)}</Tag>
            <span className="dim">{dateTime(newest.asked_at, i18n.language)}</span>
          </p>
          {newest.state === 'training' ? (
            <p>{t('predictions.progress', { done: newest.done, total: newest.total })}</p>
          ) : null}
          {newest.error ? <Alert type="error" title={newest.error} /> : null}
          {newest.refused ? (
            <Alert type="warning" title={t(`predictions.refused.${refused}`)} />
          ) : null}
          {newest.limited ? <Alert type="info" title={t('predictions.limited')} /> : null}
          {newest.quality ? <Judgement quality={newest.quality} /> : null}
          <Weights version={newest} />
        </>
      ) : versions.isPending ? null : (
        <EmptyState text={t('predictions.none')} />
      )}
    </Drawer>
  );
}
