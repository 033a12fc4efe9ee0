import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { Block } from './Block';
import { useBuilder } from './Builder';
import { EventSelect } from './EventSelect';
import { FaultNotes } from './FaultNotes';
import { PeriodInput } from './PeriodInput';

const WEEK = 604_800;

/** Which later event counts as success. */
export function GoalBlock() {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { goal } = document;
  return (
    <Block title={t('rules.builder.goal')} at="/goal">
      <Checkbox
        disabled={!mayWrite}
        checked={Boolean(goal)}
        onChange={(event) =>
          set(
            ['goal'],
            event.target.checked ? { event: document.event, within_seconds: WEEK } : null,
          )
        }
      >
        {t('rules.builder.goalOn')}
      </Checkbox>
      {goal ? (
        <span className="row wrap limit-body">
          <EventSelect
            label={t('rules.builder.goalEvent')}
            value={goal.event}
            onChange={(event) => set(['goal', 'event'], event)}
          />
          <span>{t('rules.builder.goalWithin')}</span>
          <PeriodInput
            label={t('rules.builder.goalWithin')}
            seconds={goal.within_seconds}
            onChange={(seconds) => set(['goal', 'within_seconds'], seconds)}
          />
        </span>
      ) : null}
      <FaultNotes at="/goal" inside />
    </Block>
  );
}
