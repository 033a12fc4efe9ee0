import { CloseOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Popconfirm } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { queryClient } from '../../../api/query';
import { type ReferenceTable, removeTable, saveTable } from '../../../api/tables';
import { chooseFile, download } from '../../../lib/files';
import { freeKey } from '../../../ui/decision/document';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { parseRows, writeRows } from '../model/csv';
import { lay, rowsOf, sheetFault, sheetOf } from '../model/sheet';
import { SheetHead } from './SheetHead';

/** One reference table as a sheet; saved as a whole. */
export function TableEditor({ table, mayWrite }: { table: ReferenceTable; mayWrite: boolean }) {
  const { t } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [sheet, setSheet] = useState(() => sheetOf(table));
  const [problem, setProblem] = useState<unknown>();
  const fault = sheetFault(sheet);
  const reason = !mayWrite
    ? t('common.noAccess', { operation: 'rule.write' })
    : fault?.kind === 'twice'
      ? t('rules.tables.twice', { key: fault.key })
      : fault
        ? t('rules.tables.emptyKey', { n: fault.row })
        : undefined;
  const again = () => queryClient.invalidateQueries({ queryKey: ['reference-tables'] });
  const save = () => {
    setProblem(undefined);
    return saveTable({ ...table, columns: sheet.columns, rows: rowsOf(sheet) }).then(async () => {
      say.done(t('common.saved'));
      await again();
    }, setProblem);
  };
  const remove = () =>
    removeTable(table.name).then(async () => {
      await again();
      await navigate('/automation/tables');
    }, say.failed);
  const bring = async () => {
    const file = await chooseFile('.csv,.txt,text/csv');
    if (!file) return;
    const [, ...rows] = parseRows(file.text);
    setSheet(lay({ ...sheet, rows: [] }, 0, 0, rows));
  };
  const keep = () => {
    const head = ['key', ...sheet.columns.map((column) => column.key)];
    download(`${table.name}.csv`, writeRows([head, ...sheet.rows]), 'text/csv');
  };
  const blank = () => ['', ...sheet.columns.map(() => '')];
  const names = [t('rules.tables.key'), ...sheet.columns.map((column) => column.key)];
  return (
    <section className="panel side-block" aria-label={table.name}>
      <ProblemNote error={problem} onRetry={() => void again()} />
      <header className="row wrap filters">
        <span className="code">ref.{table.name}</span>
        <span className="grow" />
        <Button size="small" disabled={!mayWrite} onClick={() => void bring()}>
          {t('rules.tables.importCsv')}
        </Button>
        <Button size="small" onClick={keep}>
          {t('rules.tables.exportCsv')}
        </Button>
        <Popconfirm
          title={t('rules.tables.removeSure', { name: table.name })}
          okText={t('common.delete')}
          cancelText={t('common.cancel')}
          okButtonProps={{ danger: true }}
          disabled={!mayWrite}
          onConfirm={remove}
        >
          <Button size="small" danger disabled={!mayWrite}>
            {t('common.delete')}
          </Button>
        </Popconfirm>
        <ReasonButton type="primary" size="small" reason={reason} onClick={() => void save()}>
          {t('common.save')}
        </ReasonButton>
      </header>
      <div className="grid-scroll">
        <table className="grid">
          <SheetHead sheet={sheet} mayWrite={mayWrite} onChange={setSheet} />
          <tbody>
            {sheet.rows.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the key of a row is edited
              <tr key={index}>
                {names.map((name, column) => (
                  <td key={name}>
                    <input
                      aria-label={t('rules.tables.cell', { row: index + 1, column: name })}
                      disabled={!mayWrite}
                      value={row[column] ?? ''}
                      onChange={(event) =>
                        setSheet(lay(sheet, index, column, [[event.target.value]]))
                      }
                      onPaste={(event) => {
                        const rows = parseRows(event.clipboardData.getData('text/plain'));
                        if (rows.length < 2 && (rows[0]?.length ?? 0) < 2) return;
                        event.preventDefault();
                        setSheet(lay(sheet, index, column, rows));
                      }}
                    />
                  </td>
                ))}
                <td className="narrow">
                  <Button
                    type="text"
                    size="small"
                    icon={<CloseOutlined aria-hidden />}
                    disabled={!mayWrite}
                    aria-label={t('rules.tables.removeRow', { n: index + 1 })}
                    onClick={() =>
                      setSheet({ ...sheet, rows: sheet.rows.filter((_, at) => at !== index) })
                    }
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="row wrap group-add">
        <Button
          type="dashed"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          disabled={!mayWrite}
          onClick={() => setSheet({ ...sheet, rows: [...sheet.rows, blank()] })}
        >
          {t('rules.tables.addRow')}
        </Button>
        <Button
          type="dashed"
          size="small"
          icon={<PlusOutlined aria-hidden />}
          disabled={!mayWrite}
          onClick={() => {
            const taken = sheet.columns.map((column) => column.key);
            const key = freeKey('column', taken);
            setSheet({ ...sheet, columns: [...sheet.columns, { key, title: key, type: 'text' }] });
          }}
        >
          {t('rules.tables.addColumn')}
        </Button>
        <span className="dim">{t('rules.tables.paste')}</span>
      </div>
    </section>
  );
}
