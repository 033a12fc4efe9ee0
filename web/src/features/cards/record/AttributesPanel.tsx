import { Descriptions } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Attribute, Values } from '../../../api/records';
import { localText } from '../../../lib/format';
import { AttributeValue } from '../../../ui/AttributeValue';
import { EmptyState } from '../../../ui/EmptyState';

/** Every attribute of a record with its value. */
export function AttributesPanel({
  attributes,
  values,
}: {
  attributes: Attribute[];
  values: Values | undefined;
}) {
  const { t, i18n } = useTranslation();
  if (attributes.length === 0) return <EmptyState text={t('cards.page.noAttributes')} />;
  return (
    <Descriptions
      size="small"
      column={1}
      items={attributes.map((attribute) => ({
        key: attribute.key,
        label: localText(attribute.title, i18n.language) || attribute.key,
        children: <AttributeValue of={attribute} value={values?.[attribute.key]} />,
      }))}
    />
  );
}
