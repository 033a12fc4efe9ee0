import { CloseOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Cards } from '../../api/automation';
import {
  type AskedCards,
  askedCards,
  type Path,
  pointerOf,
  storedCards,
} from '../decision/document';
import { fieldTitle, isOfCard } from '../decision/fields';
import { type Conditions, ConditionsContext, useConditions } from './Conditions';
import { FaultNotes } from './FaultNotes';
import { GroupEditor } from './GroupEditor';

const HAS = ['some', 'none'] as const;

/** Whether the customer has linked cards of a kind, and of which attributes. */
export function CardsRow({
  cards,
  path,
  onRemove,
}: {
  cards: Cards;
  path: Path;
  onRemove(): void;
}) {
  const { t } = useTranslation();
  const outside = useConditions();
  const { set, fields, mayWrite } = outside;
  const asked = askedCards(cards);
  const kinds = fields.filter((field) => field.group === 'cards' && !isOfCard(field));
  const known = kinds.some((kind) => kind.path === asked.list);
  const options = kinds.map((kind) => ({ value: kind.path, label: fieldTitle(kind, kind.path) }));
  const put = (change: Partial<AskedCards>) => set(path, storedCards({ ...asked, ...change }));
  const inside = useMemo<Conditions>(
    () => ({ ...outside, cards: asked.list }),
    [outside, asked.list],
  );
  const pointer = pointerOf(path);
  return (
    <fieldset
      className="condition cards-asked"
      data-at={pointer}
      aria-label={t('rules.builder.cards.title')}
    >
      <div className="row condition-line">
        <Select<AskedCards['has']>
          className="condition-op"
          aria-label={t('rules.builder.cards.has')}
          disabled={!mayWrite}
          value={asked.has}
          options={HAS.map((value) => ({ value, label: t(`rules.builder.cards.${value}`) }))}
          onChange={(has) => put({ has })}
        />
        <Select
          className="condition-field"
          aria-label={t('rules.builder.cards.kind')}
          placeholder={t('rules.builder.cards.pickKind')}
          disabled={!mayWrite}
          value={asked.list || null}
          showSearch={{ optionFilterProp: 'label' }}
          options={
            known || !asked.list ? options : [...options, { value: asked.list, label: asked.list }]
          }
          notFoundContent={t('rules.builder.cards.noKinds')}
          // Attributes of another kind are other attributes.
          onChange={(list) => put({ list, where: { all: [] } })}
        />
        <span className="grow" />
        <Button
          type="text"
          icon={<CloseOutlined aria-hidden />}
          disabled={!mayWrite}
          aria-label={t('rules.builder.removeCondition')}
          onClick={onRemove}
        />
      </div>
      {asked.list ? (
        <>
          <p className="dim under">{t('rules.builder.cards.where')}</p>
          <ConditionsContext value={inside}>
            <GroupEditor group={asked.where} path={[...path, 'where']} />
          </ConditionsContext>
        </>
      ) : null}
      {HAS.map((has) => (
        <FaultNotes key={has} at={`${pointer}/${has}`} />
      ))}
      <FaultNotes at={pointer} />
    </fieldset>
  );
}
