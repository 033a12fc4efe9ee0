import { useTranslation } from 'react-i18next';
import {
  type Card,
  type CardInput,
  type CardKind,
  cards,
  useAttributes,
} from '../../../api/records';
import { localText } from '../../../lib/format';
import type { Spec } from '../../../ui/crud/spec';
import { AttributeFields } from './AttributeFields';
import { written } from './values';

function Fields({ kind }: { kind: string }) {
  return <AttributeFields attributes={useAttributes(kind)} />;
}

/** The form of a card, made from the attributes of its kind. */
export function useCardSpec(kind: CardKind, created?: (card: Card) => void): Spec<Card, CardInput> {
  const { i18n } = useTranslation();
  const attributes = useAttributes(kind.key);
  return {
    resource: cards,
    read: 'card.read',
    write: 'card.write',
    title: localText(kind.title, i18n.language),
    columns: [],
    name: (card) => card.title,
    initial: (card) => card ?? { attributes: {} },
    toInput: (values) => ({
      kind: kind.key,
      attributes: written(attributes, values.attributes),
    }),
    fields: () => <Fields kind={kind.key} />,
    ...(created ? { created } : {}),
  };
}
