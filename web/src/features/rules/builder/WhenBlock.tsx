import { useTranslation } from 'react-i18next';
import { readyText } from '../../../lib/i18n';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { Block } from './Block';
import { useBuilder } from './Builder';
import { EventSelect } from './EventSelect';

/** Which event the rule waits for. */
export function WhenBlock() {
  const { t } = useTranslation();
  const { document, set, types } = useBuilder();
  const type = types.find((one) => one.name === document.event);
  return (
    <Block title={t('rules.builder.when')} at="/event">
      <EventSelect
        label={t('rules.builder.event')}
        value={document.event}
        onChange={(event) => set(['event'], event)}
      />
      {type?.description ? <p className="dim under">{readyText(type.description)}</p> : null}
      <FaultNotes at="/event" />
    </Block>
  );
}
