import { DownloadOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/http';
import type { Resource } from '../../api/query';
import { download } from '../../lib/download';
import { useSay } from '../say';
import { EXPORT_MAX, type ExportColumn, exportCsv } from './exportCsv';

/** Takes the whole list, as it is filtered now, into a file for a spreadsheet. */
export function CsvButton<T, I, M>({
  of,
  query,
  file,
  columns,
}: {
  of: Resource<T, I, M>;
  query: Query;
  /** Name of the file, with its ending. */
  file: string;
  columns: ExportColumn<T>[];
}) {
  const { t } = useTranslation();
  const say = useSay();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      const made = await exportCsv(of, query, columns);
      download(file, made.text, 'text/csv');
      say.done(
        made.cut
          ? t('cards.customers.csvCut', { n: EXPORT_MAX })
          : t('cards.customers.csvDone', { n: made.rows }),
      );
    } catch (error) {
      say.failed(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Button icon={<DownloadOutlined />} loading={busy} onClick={() => void run()}>
      {t('cards.customers.csv')}
    </Button>
  );
}
