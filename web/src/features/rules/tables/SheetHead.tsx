import { SettingOutlined } from '@ant-design/icons';
import { Button, Input, Popover, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { COLUMN_TYPES, type ColumnType, type ReferenceColumn } from '../../../api/tables';
import type { Sheet } from '../model/sheet';

/** The heads of a sheet: key, title and type of every column, changed in a small window. */
export function SheetHead({
  sheet,
  mayWrite,
  onChange,
}: {
  sheet: Sheet;
  mayWrite: boolean;
  onChange(sheet: Sheet): void;
}) {
  const { t } = useTranslation();
  const titleOf = ({ title, key }: ReferenceColumn) => title || key;
  const change = (index: number, part: Partial<ReferenceColumn>) =>
    onChange({
      ...sheet,
      columns: sheet.columns.map((column, at) => (at === index ? { ...column, ...part } : column)),
    });
  const remove = (index: number) =>
    onChange({
      columns: sheet.columns.filter((_, at) => at !== index),
      rows: sheet.rows.map((row) => row.filter((_, at) => at !== index + 1)),
    });
  return (
    <thead>
      <tr>
        <th scope="col">{t('rules.tables.key')}</th>
        {sheet.columns.map((column, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the key of a column is edited
          <th scope="col" key={index}>
            <span className="row">
              <span className="grow">{titleOf(column)}</span>
              <Popover
                trigger="click"
                content={
                  <div className="column-form">
                    <Input
                      aria-label={t('rules.tables.columnKey')}
                      addonBefore={t('rules.tables.columnKey')}
                      disabled={!mayWrite}
                      value={column.key}
                      onChange={(event) => change(index, { key: event.target.value })}
                    />
                    <Input
                      aria-label={t('rules.tables.columnTitle')}
                      addonBefore={t('rules.tables.columnTitle')}
                      disabled={!mayWrite}
                      value={titleOf(column)}
                      onChange={(event) => {
                        change(index, { title: event.target.value });
                      }}
                    />
                    <Select<ColumnType>
                      aria-label={t('rules.tables.columnType')}
                      disabled={!mayWrite}
                      value={column.type}
                      options={COLUMN_TYPES.map((value) => ({
                        value,
                        label: t(`rules.tables.types.${value}`),
                      }))}
                      onChange={(type) => change(index, { type })}
                    />
                    <Button
                      danger
                      size="small"
                      disabled={!mayWrite || sheet.columns.length === 1}
                      onClick={() => remove(index)}
                    >
                      {t('rules.tables.removeColumn', { name: titleOf(column) })}
                    </Button>
                  </div>
                }
              >
                <Button
                  type="text"
                  size="small"
                  icon={<SettingOutlined aria-hidden />}
                  aria-label={t('rules.builder.table.editColumn', { name: titleOf(column) })}
                />
              </Popover>
            </span>
            <span className="dim code column-field">{column.key}</span>
          </th>
        ))}
        <th scope="col" className="narrow" aria-label={t('common.actions')} />
      </tr>
    </thead>
  );
}
