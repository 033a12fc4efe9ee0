import { App, Button, Segmented } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TableContent } from '../../../api/automation';
import { chooseFile, download } from '../../../lib/files';
import { remember, remembered } from '../../../lib/store';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { parseRows, writeRows } from '../model/csv';
import * as table from '../model/table';
import { useBuilder } from './Builder';
import { TableGrid } from './TableGrid';

const FullTable = lazy(() => import('./FullTable'));

/** A decision table: a row fits when all of its conditions do, and gives the keys of the reactions. */
export default function TableCriteria({
  table: content,
  onChange,
}: {
  table: TableContent;
  onChange(content: TableContent): void;
}) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const { mayWrite } = useBuilder();
  const [full, setFull] = useState(() => remembered('fullTable', false));
  const bring = async () => {
    const file = await chooseFile('.csv,.txt,text/csv');
    if (!file) return;
    const [, ...rows] = parseRows(file.text);
    onChange(table.withRows(content, rows));
    void message.success(`${t('rules.tables.rows')}: ${rows.length}`);
  };
  const keep = () => {
    const columns = [...content.inputs, ...content.outputs];
    const head = columns.map((column) => column.name || column.field || column.id);
    const rows = content.rules.map((row) => columns.map(({ id }) => row[id] ?? ''));
    download('table.csv', writeRows([head, ...rows]), 'text/csv');
  };
  return (
    <div data-at="/criteria/table">
      <div className="row wrap table-tools">
        <span>{t('rules.builder.table.hit')}</span>
        <Segmented<TableContent['hitPolicy']>
          size="small"
          aria-label={t('rules.builder.table.hit')}
          disabled={!mayWrite}
          value={content.hitPolicy}
          options={[
            { value: 'first', label: t('rules.builder.table.first') },
            { value: 'collect', label: t('rules.builder.table.collect') },
          ]}
          onChange={(hitPolicy) => onChange({ ...content, hitPolicy })}
        />
        <Segmented<boolean>
          size="small"
          value={full}
          options={[
            { value: false, label: t('rules.builder.table.simple') },
            { value: true, label: t('rules.builder.table.full') },
          ]}
          onChange={(next) => {
            remember('fullTable', next);
            setFull(next);
          }}
        />
        <span className="grow" />
        <Button size="small" disabled={!mayWrite} onClick={() => void bring()}>
          {t('rules.builder.table.importCsv')}
        </Button>
        <Button size="small" onClick={keep}>
          {t('rules.builder.table.exportCsv')}
        </Button>
      </div>
      {full ? (
        <Suspense fallback={<div className="full-table" aria-busy="true" />}>
          <FullTable table={content} onChange={onChange} />
        </Suspense>
      ) : (
        <TableGrid content={content} onChange={onChange} />
      )}
      <p className="dim under">
        {t('rules.builder.table.hint')} {t('rules.builder.table.paste')}
      </p>
      <FaultNotes at="/criteria/table" />
    </div>
  );
}
