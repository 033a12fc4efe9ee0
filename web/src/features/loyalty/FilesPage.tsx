import { UploadOutlined } from '@ant-design/icons';
import { Button, Progress, Select, Table, Tag, Tooltip, Upload } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { url } from '../../api/http';
import { type FileState, type LoyaltyFile, loyaltyFiles } from '../../api/loyalty';
import { Problem } from '../../api/problem';
import { queryClient, useList } from '../../api/query';
import { count, dateTime } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { SearchBox } from '../../ui/SearchBox';
import { useSay } from '../../ui/say';
import { Structures } from './Structures';

const COLOURS: Record<FileState, string> = {
  running: 'processing',
  done: 'success',
  refused: 'error',
  repeated: 'default',
};
/** How often the progress of files is asked while one runs. */
const RUNNING_MS = 1_000;
const IDLE_MS = 10_000;

function UploadButton() {
  const { t } = useTranslation();
  const say = useSay();
  const bring = async (file: File) => {
    const answer = await fetch(url(`/loyalty/files/uploads/${encodeURIComponent(file.name)}`), {
      method: 'PUT',
      headers: { 'Content-Type': 'text/plain' },
      body: file,
    });
    if (!answer.ok) throw new Problem(await answer.json().catch(() => ({})), answer.status);
    await queryClient.invalidateQueries({ queryKey: [loyaltyFiles.path] });
  };
  return (
    <Upload
      showUploadList={false}
      beforeUpload={(file) => {
        void bring(file).then(
          () => say.done(t('loyalty.file.taken', { name: file.name })),
          say.failed,
        );
        return false;
      }}
    >
      <Button type="primary" icon={<UploadOutlined />}>
        {t('loyalty.file.upload')}
      </Button>
    </Upload>
  );
}

function Became({ file }: { file: LoyaltyFile }) {
  const { t, i18n } = useTranslation();
  if (file.state === 'running')
    return (
      <Progress
        size="small"
        percent={file.lines > 0 ? Math.floor((file.done / file.lines) * 100) : 0}
        format={() => count(file.done, i18n.language)}
      />
    );
  if (file.state === 'refused') return <span className="points-down">{file.refusal}</span>;
  if (file.state === 'repeated') return t('loyalty.file.repeated');
  return t('loyalty.file.tally', {
    accepted: count(file.tally.accepted ?? 0, i18n.language),
    rejected: count(file.tally.rejected ?? 0, i18n.language),
  });
}

/** Files of other systems: what came, how far it is, and what was refused (CIMP-ETL-02, CIMP-ETL-04). */
export default function FilesPage() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const cursors = useCursors();
  const [q, state] = [params.get('q') ?? '', params.get('state')];
  const query = {
    limit: 50,
    ...(q ? { q } : {}),
    ...(state ? { state } : {}),
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  };
  const known = queryClient.getQueryData<{ items: LoyaltyFile[] }>([loyaltyFiles.path, query]);
  const running = known?.items.some((one) => one.state === 'running');
  const list = useList(loyaltyFiles, query, true, running ? RUNNING_MS : IDLE_MS);
  const put = (name: string, value: string | undefined) => {
    cursors.reset();
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.files')} note={t('loyalty.file.note')}>
        <UploadButton />
      </PageHead>
      <div className="row filters wrap">
        <SearchBox initial={q} onSearch={(text) => put('q', text)} />
        <Select
          allowClear
          style={{ width: 180 }}
          aria-label={t('loyalty.field.state')}
          placeholder={t('loyalty.field.state')}
          value={state}
          onChange={(value: string | undefined) => put('state', value)}
          options={(Object.keys(COLOURS) as FileState[]).map((value) => ({
            value,
            label: t(`loyalty.file.states.${value}`),
          }))}
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<LoyaltyFile>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{ emptyText: <EmptyState text={t('loyalty.file.none')} /> }}
        columns={[
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('loyalty.field.kind'),
            render: (_, one) => (one.kind ? t(`loyalty.file.kinds.${one.kind}`) : '—'),
          },
          {
            title: t('loyalty.field.state'),
            render: (_, one) => (
              <Tag color={COLOURS[one.state]}>{t(`loyalty.file.states.${one.state}`)}</Tag>
            ),
          },
          {
            title: t('loyalty.file.lines'),
            align: 'right',
            render: (_, one) => count(one.lines, i18n.language),
          },
          {
            title: t('loyalty.file.result'),
            width: 280,
            render: (_, one) => <Became file={one} />,
          },
          {
            title: t('loyalty.field.when'),
            render: (_, one) => (
              <Tooltip title={one.finished_at ? dateTime(one.finished_at, i18n.language) : ''}>
                {dateTime(one.started_at, i18n.language)}
              </Tooltip>
            ),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, one) =>
              one.has_rejects ? (
                <Button size="small" href={url(`/loyalty/files/${one.id}/rejects`)} download>
                  {t('loyalty.file.rejects')}
                </Button>
              ) : null,
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      <Structures />
    </div>
  );
}
