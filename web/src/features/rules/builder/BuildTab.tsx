import { Alert } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useEventTypes } from '../../../api/rules';
import { ConditionsContext } from '../../../ui/criteria/Conditions';
import { errorsOf } from '../../../ui/criteria/faults';
import { sentence } from '../../../ui/decision/sentence';
import { useSpeech } from '../../../ui/decision/useTold';
import type { TabProps } from '../RulePage';
import { type Builder, BuilderContext } from './Builder';
import { CriteriaBlock } from './CriteriaBlock';
import { FaultList } from './FaultList';
import { GoalBlock } from './GoalBlock';
import { LimitsBlock } from './LimitsBlock';
import { ReactionsBlock } from './ReactionsBlock';
import { WhenBlock } from './WhenBlock';

/** The rule as a form, read from top to bottom like the sentence beside it. */
export function BuildTab({ rule, editing, faults, mayWrite }: TabProps) {
  const { t } = useTranslation();
  const { document } = editing.draft;
  const types = useEventTypes().data;
  const speech = useSpeech(document.event, document.criteria);
  const builder = useMemo<Builder>(
    () => ({
      document,
      set: (path, value) => editing.set(['document', ...path], value),
      fields: speech.fields,
      speech,
      types: types ?? [],
      faults,
      mayWrite,
      waits: t(document.event ? 'common.loading' : 'rules.builder.eventFirst'),
    }),
    [document, editing, speech, types, faults, mayWrite, t],
  );
  const said = sentence(document, speech);
  return (
    <ConditionsContext value={builder}>
      <BuilderContext value={builder}>
        {mayWrite ? null : (
          <Alert
            type="info"
            showIcon
            style={{ marginBottom: 12 }}
            title={t('rules.builder.readOnly', { operation: 'rule.write' })}
          />
        )}
        {rule.refused ? (
          <Alert
            type="warning"
            showIcon
            className="gap"
            title={t('rules.life.refused', { reason: rule.refused })}
          />
        ) : null}
        <div className="build">
          {/* A fieldset turns off everything inside for who may only read. */}
          <fieldset className="build-form" disabled={!mayWrite}>
            <WhenBlock />
            <CriteriaBlock />
            <LimitsBlock />
            <ReactionsBlock />
            <GoalBlock />
          </fieldset>
          <aside className="build-side">
            <section className="panel side-block" aria-labelledby="rule-sentence">
              <h2 id="rule-sentence">{t('rules.builder.sentence')}</h2>
              <p className="rule-sentence">{said}</p>
            </section>
            {faults.length > 0 ? <FaultList faults={faults} errors={errorsOf(faults)} /> : null}
          </aside>
        </div>
      </BuilderContext>
    </ConditionsContext>
  );
}
