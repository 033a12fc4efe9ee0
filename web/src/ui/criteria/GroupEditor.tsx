import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Checkbox, Segmented, Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Criterion, Group } from '../../api/automation';
import { isCards, isGroup, type Path, pointerOf, shown, stored } from '../decision/document';
import { CardsRow } from './CardsRow';
import { ConditionRow } from './ConditionRow';
import { useConditions } from './Conditions';
import { FaultNotes } from './FaultNotes';
import './criteria.css';

/** Deeper nesting than this is no longer understood by people; the server refuses it later still. */
const DEPTH_MAX = 4;

/** Conditions of which all or any must hold, and groups inside groups. */
export function GroupEditor({
  group,
  path,
  depth = 0,
  onRemove,
}: {
  group: Group;
  path: Path;
  depth?: number;
  onRemove?: () => void;
}) {
  const { t } = useTranslation();
  const { set, fields, cards, mayWrite } = useConditions();
  const now = shown(group);
  const put = (change: Partial<typeof now>) => set(path, stored({ ...now, ...change }));
  const add = (item: Criterion) => put({ items: [...now.items, item] });
  const remove = (index: number) => put({ items: now.items.filter((_, at) => at !== index) });
  const single = now.items.length < 2 && depth === 0 && !now.negated;
  return (
    <div className="group" data-depth={depth} data-at={pointerOf(path)}>
      <div className="row group-head">
        {single ? null : (
          <>
            <Tooltip title={t('rules.builder.notHint')}>
              <Checkbox
                disabled={!mayWrite}
                checked={now.negated}
                onChange={(event) => put({ negated: event.target.checked })}
              >
                {t('rules.builder.not')}
              </Checkbox>
            </Tooltip>
            <Segmented<'all' | 'any'>
              size="small"
              aria-label={t('rules.builder.of')}
              disabled={!mayWrite}
              value={now.mode}
              options={[
                { value: 'all', label: t('rules.builder.all') },
                { value: 'any', label: t('rules.builder.any') },
              ]}
              onChange={(mode) => put({ mode })}
            />
          </>
        )}
        <span className="grow" />
        {onRemove ? (
          <Button
            type="text"
            size="small"
            icon={<CloseOutlined aria-hidden />}
            disabled={!mayWrite}
            aria-label={t('rules.builder.removeGroup')}
            onClick={onRemove}
          />
        ) : null}
      </div>
      {now.items.map((item, index) => {
        const at = [...path, ...now.at, index];
        // The items have no name of their own; their place is what they are known by.
        const key = pointerOf(at);
        if (isCards(item))
          return <CardsRow key={key} cards={item} path={at} onRemove={() => remove(index)} />;
        return isGroup(item) ? (
          <GroupEditor
            key={key}
            group={item}
            path={at}
            depth={depth + 1}
            onRemove={() => remove(index)}
          />
        ) : (
          <ConditionRow key={key} condition={item} path={at} onRemove={() => remove(index)} />
        );
      })}
      <div className="row group-add">
        <Button
          type="dashed"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          disabled={!mayWrite}
          onClick={() => add({ field: '', op: 'eq' })}
        >
          {t('rules.builder.addCondition')}
        </Button>
        {cards === undefined && fields.some(({ group }) => group === 'cards') ? (
          <Button
            type="dashed"
            size="small"
            icon={<PlusOutlined aria-hidden />}
            disabled={!mayWrite}
            onClick={() => add({ some: '', where: { all: [] } })}
          >
            {t('rules.builder.cards.add')}
          </Button>
        ) : null}
        {depth < DEPTH_MAX ? (
          <Button
            type="dashed"
            size="small"
            icon={<PlusOutlined aria-hidden />}
            disabled={!mayWrite}
            onClick={() => add({ any: [{ field: '', op: 'eq' }] })}
          >
            {t('rules.builder.addGroup')}
          </Button>
        ) : null}
      </div>
      <FaultNotes at={pointerOf(path)} />
    </div>
  );
}
