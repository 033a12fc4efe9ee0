import { ArrowDownOutlined, ArrowUpOutlined, CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useTranslation } from 'react-i18next';
import type { TableContent } from '../../../api/automation';
import { FaultLine } from '../../../ui/criteria/FaultNotes';
import { faultsIn } from '../../../ui/criteria/faults';
import * as table from '../model/table';
import { useBuilder } from './Builder';
import { Cell } from './Cell';
import { ColumnHead, columnTitle } from './ColumnHead';

/** The rows and columns themselves. Cells are plain inputs, so that a hundred rows stay quick. */
export function TableGrid({
  content,
  onChange,
}: {
  content: TableContent;
  onChange(content: TableContent): void;
}) {
  const { t } = useTranslation();
  const { faults, fields, mayWrite } = useBuilder();
  const sides = (['inputs', 'outputs'] as const).flatMap((side) =>
    content[side].map((column, index) => ({ side, column, index })),
  );
  return (
    <div className="grid-scroll">
      <table className="grid decision-table">
        <thead>
          <tr>
            <th scope="col" className="narrow">
              №
            </th>
            {sides.map(({ side, column, index }) => (
              <th
                key={column.id}
                scope="col"
                data-side={side}
                data-at={`/criteria/table/${side}/${index}`}
              >
                <ColumnHead
                  side={side}
                  column={column}
                  pointer={`/criteria/table/${side}/${index}`}
                  onChange={(change) =>
                    onChange(table.changeColumn(content, side, column.id, change))
                  }
                  onRemove={
                    content[side].length > 1
                      ? () => onChange(table.removeColumn(content, side, column.id))
                      : undefined
                  }
                />
              </th>
            ))}
            <th scope="col" className="narrow" aria-label={t('common.actions')} />
          </tr>
        </thead>
        <tbody>
          {content.rules.map((row, index) => {
            const found = faultsIn(faults, `/criteria/table/rules/${index}`);
            const n = index + 1;
            return [
              <tr
                key={row._id ?? index}
                data-at={`/criteria/table/rules/${index}`}
                data-faulty={found.length > 0}
              >
                <td className="narrow dim">{n}</td>
                {sides.map(({ side, column }) => (
                  <td key={column.id} data-side={side}>
                    <Cell
                      label={t('rules.builder.table.cell', {
                        row: n,
                        column: columnTitle(column, fields, t),
                      })}
                      side={side}
                      field={column.field ?? ''}
                      text={row[column.id] ?? ''}
                      onChange={(text) => onChange(table.setCell(content, index, column.id, text))}
                      onRows={(rows) => onChange(table.paste(content, index, column.id, rows))}
                    />
                  </td>
                ))}
                <td className="narrow row-tools">
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowUpOutlined aria-hidden />}
                    disabled={!mayWrite || index === 0}
                    aria-label={t('rules.builder.table.upRow', { n })}
                    onClick={() => onChange(table.moveRow(content, index, -1))}
                  />
                  <Button
                    type="text"
                    size="small"
                    icon={<ArrowDownOutlined aria-hidden />}
                    disabled={!mayWrite || index === content.rules.length - 1}
                    aria-label={t('rules.builder.table.downRow', { n })}
                    onClick={() => onChange(table.moveRow(content, index, 1))}
                  />
                  <Button
                    type="text"
                    size="small"
                    icon={<CloseOutlined aria-hidden />}
                    disabled={!mayWrite || content.rules.length === 1}
                    aria-label={t('rules.builder.table.removeRow', { n })}
                    onClick={() => onChange(table.removeRow(content, index))}
                  />
                </td>
              </tr>,
              found.length > 0 ? (
                <tr key={`${row._id ?? index}-faults`} className="row-faults">
                  <td />
                  <td colSpan={sides.length + 1}>
                    {found.map((fault) => (
                      <FaultLine key={`${fault.code}${fault.pointer}`} fault={fault} />
                    ))}
                  </td>
                </tr>
              ) : null,
            ];
          })}
        </tbody>
      </table>
      <div className="row wrap group-add">
        <Button
          type="dashed"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          disabled={!mayWrite}
          onClick={() => onChange(table.addRow(content))}
        >
          {t('rules.builder.table.addRow')}
        </Button>
        {(['inputs', 'outputs'] as const).map((side) => (
          <Button
            key={side}
            type="dashed"
            size="small"
            icon={<PlusOutlined aria-hidden />}
            disabled={!mayWrite}
            onClick={() => onChange(table.addColumn(content, side))}
          >
            {t(
              side === 'inputs' ? 'rules.builder.table.addInput' : 'rules.builder.table.addOutput',
            )}
          </Button>
        ))}
      </div>
    </div>
  );
}
