import { SettingOutlined } from '@ant-design/icons';
import { Button, Input, Popover } from 'antd';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { RuleField, TableColumn } from '../../../api/automation';
import { ExpressionInput } from '../../../ui/criteria/ExpressionInput';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { FieldPicker } from '../../../ui/criteria/FieldPicker';
import { fieldTitle } from '../../../ui/decision/fields';
import { Labelled } from './Block';
import { useBuilder } from './Builder';

/** The column of reactions that every table begins with, before somebody gives it a name of its own. */
const isReactions = ({ field, name }: TableColumn): boolean =>
  field === 'reaction' && name === 'reaction';

export function columnTitle(column: TableColumn, fields: RuleField[], t: TFunction): string {
  if (isReactions(column)) return t('rules.builder.table.reaction');
  const field = fields.find((one) => one.path === column.field);
  return column.name || fieldTitle(field, column.field ?? '') || '…';
}

/** The head of a column: what it reads or gives, changed in a small window. */
export function ColumnHead({
  side,
  column,
  pointer,
  onChange,
  onRemove,
}: {
  side: 'inputs' | 'outputs';
  column: TableColumn;
  pointer: string;
  onChange(change: Partial<TableColumn>): void;
  onRemove: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { fields, mayWrite } = useBuilder();
  const field = fields.find((one) => one.path === column.field);
  const title = columnTitle(column, fields, t);
  const pick = (path: string) => {
    const known = fields.find((one) => one.path === path);
    onChange({ field: path, name: fieldTitle(known, path) });
  };
  const form = (
    <div className="column-form">
      {side === 'inputs' ? (
        <>
          <FieldPicker value={field ? field.path : ''} onChange={pick} />
          <ExpressionInput
            label={t('rules.builder.table.columnField')}
            value={column.field ?? ''}
            disabled={!mayWrite}
            onChange={(text) => onChange({ field: text })}
          />
        </>
      ) : (
        <Labelled label={t('rules.builder.table.columnKey')}>
          <Input
            value={column.field ?? ''}
            disabled={!mayWrite}
            onChange={(event) => onChange({ field: event.target.value })}
          />
        </Labelled>
      )}
      <Labelled label={t('rules.builder.table.columnTitle')}>
        <Input
          value={column.name}
          disabled={!mayWrite}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      </Labelled>
      {onRemove ? (
        <Button danger size="small" disabled={!mayWrite} onClick={onRemove}>
          {t('rules.builder.table.removeColumn')}
        </Button>
      ) : null}
    </div>
  );
  return (
    <>
      <span className="row">
        <span className="grow">{title}</span>
        <Popover trigger="click" content={form} destroyOnHidden>
          <Button
            type="text"
            size="small"
            icon={<SettingOutlined aria-hidden />}
            aria-label={t('rules.builder.table.editColumn', { name: title })}
          />
        </Popover>
      </span>
      {field || isReactions(column) ? null : (
        <span className="dim code column-field">{column.field}</span>
      )}
      <FaultNotes at={pointer} inside />
    </>
  );
}
