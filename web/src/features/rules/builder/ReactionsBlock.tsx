import { PlusOutlined } from '@ant-design/icons';
import { Button, Dropdown, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import type { ReactionKind } from '../../../api/automation';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { moved, newReaction } from '../../../ui/decision/document';
import { Block } from './Block';
import { useBuilder } from './Builder';
import { ReactionCard } from './ReactionCard';

const KINDS: ReactionKind[] = [
  'message',
  'accrue',
  'task',
  'start_flow',
  'set_attribute',
  'emit',
  'call',
];

/** What the rule does, in order. */
export function ReactionsBlock() {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { reactions } = document;
  const add = (kind: ReactionKind) =>
    set(['reactions'], [...reactions, newReaction(kind, reactions)]);
  return (
    <Block title={t('rules.builder.acts')} at="/reactions">
      {reactions.length === 0 ? (
        <p className="dim under">{t('rules.builder.noReactions')}</p>
      ) : null}
      {reactions.map((reaction, index) => (
        <ReactionCard
          // The key is edited, so the place tells one reaction from another.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          key={index}
          reaction={reaction}
          index={index}
          last={index === reactions.length - 1}
          onMove={(step) => set(['reactions'], moved(reactions, index, step))}
          onRemove={() =>
            set(
              ['reactions'],
              reactions.filter((_, at) => at !== index),
            )
          }
        />
      ))}
      <div className="row wrap">
        <Dropdown
          trigger={['click']}
          disabled={!mayWrite}
          menu={{
            items: KINDS.map((key) => ({ key, label: t(`rules.builder.kinds.${key}`) })),
            onClick: ({ key }) => {
              const kind = KINDS.find((one) => one === key);
              if (kind) add(kind);
            },
          }}
        >
          <Button type="dashed" icon={<PlusOutlined aria-hidden />}>
            {t('rules.builder.addReaction')}
          </Button>
        </Dropdown>
        <span className="grow" />
        {reactions.length > 1 ? (
          <>
            <span className="dim">{t('rules.builder.onError')}</span>
            <Segmented<'continue' | 'roll_back'>
              size="small"
              aria-label={t('rules.builder.onError')}
              disabled={!mayWrite}
              value={document.on_error}
              options={(['continue', 'roll_back'] as const).map((value) => ({
                value,
                label: t(`rules.builder.onErrors.${value}`),
              }))}
              onChange={(value) => set(['on_error'], value)}
            />
          </>
        ) : null}
      </div>
      <FaultNotes at="/reactions" />
    </Block>
  );
}
