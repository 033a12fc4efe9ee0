import { Checkbox } from 'antd';
import { useTranslation } from 'react-i18next';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { Block } from './Block';
import { useBuilder } from './Builder';
import { EventSelect } from './EventSelect';
import { PeriodInput } from './PeriodInput';

const WEEK = 604_800;

/** Which later event of the customer counts as one type of response. */
function Response({ of }: { of: 'interest' | 'goal' }) {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const awaited = document[of];
  return (
    <div className="response">
      <Checkbox
        disabled={!mayWrite}
        checked={Boolean(awaited)}
        onChange={(event) =>
          set([of], event.target.checked ? { event: document.event, within_seconds: WEEK } : null)
        }
      >
        {t(`rules.builder.${of}On`)}
      </Checkbox>
      {awaited ? (
        <span className="row wrap limit-body">
          <EventSelect
            label={t(`rules.builder.${of}Event`)}
            value={awaited.event}
            onChange={(event) => set([of, 'event'], event)}
          />
          <span>{t('rules.builder.goalWithin')}</span>
          <PeriodInput
            label={t('rules.builder.goalWithin')}
            seconds={awaited.within_seconds}
            onChange={(seconds) => set([of, 'within_seconds'], seconds)}
          />
        </span>
      ) : null}
      <FaultNotes at={`/${of}`} inside />
    </div>
  );
}

/** What counts as success, and as interest before it. */
export function GoalBlock() {
  const { t } = useTranslation();
  return (
    <Block title={t('rules.builder.goal')} at="/goal">
      <Response of="goal" />
      <Response of="interest" />
    </Block>
  );
}
