import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined } from '@ant-design/icons';
import { Button, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Reaction } from '../../../api/automation';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { pointerOf } from '../../../ui/decision/document';
import { eventTitle } from '../../../ui/decision/sentence';
import { useBuilder } from './Builder';
import { PeriodInput } from './PeriodInput';
import { ReactionFields } from './ReactionFields';

const DAY = 86_400;

function Timing({ reaction, index }: { reaction: Reaction; index: number }) {
  const { t, i18n } = useTranslation();
  const { document, set, types, mayWrite } = useBuilder();
  const later = (reaction.after_seconds ?? 0) > 0;
  const put = (change: Partial<Reaction>) => set(['reactions', index], { ...reaction, ...change });
  return (
    <div className="row wrap reaction-when">
      <Segmented<boolean>
        size="small"
        aria-label={t('rules.builder.after')}
        disabled={!mayWrite}
        value={later}
        options={[
          { value: false, label: t('rules.builder.atOnce') },
          { value: true, label: t('rules.builder.later') },
        ]}
        onChange={(next) =>
          put(
            next
              ? { after_seconds: 7 * DAY, unless: { event: document.event } }
              : { after_seconds: 0, unless: null },
          )
        }
      />
      {later ? (
        <>
          <PeriodInput
            label={t('rules.builder.afterPeriod')}
            seconds={reaction.after_seconds ?? DAY}
            onChange={(seconds) => put({ after_seconds: seconds })}
          />
          <span>{t('rules.builder.unless')}</span>
          <Select
            style={{ minWidth: 200 }}
            allowClear
            aria-label={t('rules.builder.unless')}
            placeholder={t('rules.builder.unlessNothing')}
            disabled={!mayWrite}
            value={reaction.unless?.event || null}
            showSearch={{ optionFilterProp: 'label' }}
            options={types.map(({ name }) => ({
              value: name,
              label: eventTitle(name, types, i18n.language),
            }))}
            onChange={(event) => put({ unless: event ? { ...reaction.unless, event } : null })}
          />
        </>
      ) : null}
    </div>
  );
}

/** One reaction: when and what; only a table names it, so only beside a table its name is shown. */
export function ReactionCard({
  reaction,
  index,
  last,
  onMove,
  onRemove,
}: {
  reaction: Reaction;
  index: number;
  last: boolean;
  onMove(step: number): void;
  onRemove(): void;
}) {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const title = `${index + 1}. ${t(`rules.builder.kinds.${reaction.kind}`)}`;
  const pointer = pointerOf(['reactions', index]);
  return (
    <section className="reaction" data-at={pointer} data-kind={reaction.kind} aria-label={title}>
      <header className="row">
        <h3>{title}</h3>
        {document.criteria.kind === 'table' ? (
          <Input
            size="small"
            className="reaction-key code"
            prefix={<span className="dim">{t('rules.builder.key')}</span>}
            aria-label={t('rules.builder.key')}
            disabled={!mayWrite}
            value={reaction.key}
            onChange={(event) => set(['reactions', index, 'key'], event.target.value)}
          />
        ) : null}
        <span className="grow" />
        <Button
          type="text"
          size="small"
          icon={<ArrowUpOutlined aria-hidden />}
          disabled={!mayWrite || index === 0}
          aria-label={t('rules.builder.upReaction')}
          onClick={() => onMove(-1)}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowDownOutlined aria-hidden />}
          disabled={!mayWrite || last}
          aria-label={t('rules.builder.downReaction')}
          onClick={() => onMove(1)}
        />
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined aria-hidden />}
          disabled={!mayWrite}
          aria-label={t('rules.builder.removeReaction')}
          onClick={onRemove}
        />
      </header>
      <Timing reaction={reaction} index={index} />
      <div className="reaction-fields">
        <ReactionFields
          reaction={reaction}
          put={(field, value) => set(['reactions', index, field], value)}
        />
      </div>
      <FaultNotes at={pointer} inside />
    </section>
  );
}
