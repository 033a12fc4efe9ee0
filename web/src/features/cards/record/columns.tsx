import { SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Popover } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Attribute, useAttributes, type Values } from '../../../api/records';
import { localText } from '../../../lib/format';
import { remember, remembered } from '../../../lib/store';
import { AttributeValue } from '../../../ui/AttributeValue';

/** Attributes shown in a list until somebody chooses others. */
const COLUMNS_FIRST = 4;
/** Values that stay on one line. */
const SHORT = ['number', 'decimal', 'boolean', 'date', 'datetime', 'phone'];

/** Which attributes a list shows, remembered on this browser. */
export function useColumns(of: string) {
  const { i18n } = useTranslation();
  const attributes = useAttributes(of);
  const [chosen, setChosen] = useState(() =>
    remembered<string[] | undefined>(`columns.${of}`, undefined),
  );
  const shown = attributes.filter((attribute, index) =>
    chosen ? chosen.includes(attribute.key) : index < COLUMNS_FIRST,
  );
  const choose = (keys: string[]) => {
    setChosen(keys);
    remember(`columns.${of}`, keys);
  };
  const title = (attribute: Attribute) =>
    localText(attribute.title, i18n.language) || attribute.key;
  const columns: ColumnsType<{ attributes?: Values }> = shown.map((attribute) => ({
    key: attribute.key,
    title: title(attribute),
    className: SHORT.includes(attribute.type) ? '' : 'wraps',
    ...(attribute.type === 'number' || attribute.type === 'decimal'
      ? { align: 'right' as const }
      : {}),
    render: (_: unknown, row: { attributes?: Values }) => (
      <AttributeValue of={attribute} value={row.attributes?.[attribute.key]} />
    ),
  }));
  return { attributes, shown, choose, title, columns };
}

export function ColumnsButton({ of }: { of: ReturnType<typeof useColumns> }) {
  const { t } = useTranslation();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      content={
        <Checkbox.Group
          className="column-choice"
          value={of.shown.map((attribute) => attribute.key)}
          onChange={of.choose}
          options={of.attributes.map((attribute) => ({
            value: attribute.key,
            label: of.title(attribute),
          }))}
        />
      }
    >
      <Button icon={<SettingOutlined />} disabled={of.attributes.length === 0}>
        {t('cards.customers.columns')}
      </Button>
    </Popover>
  );
}
