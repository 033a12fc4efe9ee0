import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Table, Tag, Upload } from 'antd';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useChange } from '../../../api/query';
import {
  attributes,
  cardKinds,
  exportStructures,
  type ImportPlan,
  importStructures,
  linkKinds,
} from '../../../api/records';
import { useCan } from '../../../api/session';
import { download } from '../../../lib/download';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';

const COLOURS = { add: 'success', change: 'processing', keep: 'default' };

const WHAT = ['attribute', 'card_kind', 'link_kind'] as const;
function whatText(what: string, t: TFunction): string {
  const known = WHAT.find((one) => one === what);
  return known ? t(`cards.transfer.whats.${known}`) : what;
}

function PlanTable({ plan }: { plan: ImportPlan }) {
  const { t } = useTranslation();
  return (
    <>
      {plan.faults.map((fault) => (
        <Alert
          key={fault.pointer + fault.message}
          type="error"
          showIcon
          title={fault.message}
          description={fault.pointer}
          style={{ marginBottom: 8 }}
        />
      ))}
      <Table
        rowKey={(row) => `${row.what}/${row.key}`}
        size="small"
        className="panel"
        pagination={false}
        dataSource={plan.changes}
        locale={{ emptyText: t('cards.transfer.nothing') }}
        columns={[
          {
            title: t('cards.transfer.action'),
            render: (_, row) => (
              <Tag color={COLOURS[row.action]}>{t(`cards.transfer.${row.action}`)}</Tag>
            ),
          },
          { title: t('cards.transfer.what'), render: (_, row) => whatText(row.what, t) },
          { title: t('cards.attribute.key'), render: (_, row) => <code>{row.key}</code> },
        ]}
      />
    </>
  );
}

/** The structure as a file: out, and in again after a look at what it would do. */
export function TransferTab() {
  const { t } = useTranslation();
  const say = useSay();
  const [file, setFile] = useState<{ document: object; plan: ImportPlan }>();
  const [error, setError] = useState<unknown>();
  const may = useCan('structure.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'structure.write' });
  const apply = useChange(
    (document: object) => importStructures(document, false),
    [attributes.path, cardKinds.path, linkKinds.path],
  );
  const look = async (chosen: Blob) => {
    setError(undefined);
    setFile(undefined);
    try {
      const document: object = JSON.parse(await chosen.text());
      setFile({ document, plan: await importStructures(document, true) });
    } catch (failure) {
      setError(failure instanceof SyntaxError ? new Error(t('cards.transfer.notJson')) : failure);
    }
  };
  return (
    <div className="narrow">
      <p className="dim">{t('cards.transfer.note')}</p>
      <div className="row filters">
        <Button
          icon={<DownloadOutlined />}
          onClick={() =>
            void exportStructures().then(
              (document) => download('structures.json', JSON.stringify(document, null, 2)),
              say.failed,
            )
          }
        >
          {t('cards.transfer.export')}
        </Button>
        <Upload
          accept=".json,application/json"
          showUploadList={false}
          disabled={!may}
          beforeUpload={(chosen) => {
            void look(chosen);
            return false;
          }}
        >
          <ReasonButton icon={<UploadOutlined />} reason={refused}>
            {t('cards.transfer.choose')}
          </ReasonButton>
        </Upload>
      </div>
      <ProblemNote error={error} />
      {file ? (
        <>
          <h2>{t('cards.transfer.plan')}</h2>
          <PlanTable plan={file.plan} />
          <div className="row pager">
            <Button onClick={() => setFile(undefined)}>{t('common.cancel')}</Button>
            <Button
              type="primary"
              loading={apply.isPending}
              disabled={file.plan.faults.length > 0}
              onClick={() =>
                void apply.mutateAsync(file.document).then(() => {
                  setFile(undefined);
                  say.done(t('cards.transfer.applied'));
                }, setError)
              }
            >
              {t('cards.transfer.apply')}
            </Button>
          </div>
        </>
      ) : null}
    </div>
  );
}
