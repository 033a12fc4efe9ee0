import { UploadOutlined } from '@ant-design/icons';
import { Button, Progress, Select, Table, Tabs, Tag, Tooltip, Upload } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { url } from '../../api/http';
import { type FileState, type LoyaltyFile, loyaltyFiles, refreshLoyalty } from '../../api/loyalty';
import { Problem } from '../../api/problem';
import { queryClient, useList } from '../../api/query';
import { count, dateTime } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { SearchBox } from '../../ui/SearchBox';
import { useSay } from '../../ui/say';
import { Exports } from './Exports';
import { useBonusTypes } from './parts';
import { Structures } from './Structures';
import { useRefusalWord } from './words';

const COLOURS: Record<FileState, string> = {
  running: 'processing',
  done: 'success',
  refused: 'error',
  repeated: 'default',
};
/** How often the progress of files is asked while one runs. */
const RUNNING_MS = 1_000;
const IDLE_MS = 10_000;
/** So long a file that was taken is looked for as if it ran: it appears when its turn has come. */
const TAKEN_MS = 20_000;

/** Sends a file and tells how much of it has gone; `fetch` cannot. */
function put(file: File, onGone: (share: number) => void): Promise<void> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url(`/loyalty/files/uploads/${encodeURIComponent(file.name)}`));
    request.setRequestHeader('Content-Type', 'text/plain');
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded, total }) => onGone(total > 0 ? loaded / total : 0);
    request.onload = () =>
      request.status < 300 ? done() : fail(new Problem(request.response ?? {}, request.status));
    request.onerror = () => fail(new Problem({ code: 'unreachable' }, 0));
    request.send(file);
  });
}

/** A place to drop files on, or to choose them by. */
function Dropping({ onTaken }: { onTaken(): void }) {
  const { t } = useTranslation();
  const say = useSay();
  const [going, setGoing] = useState<Record<string, number>>({});
  const gone = (name: string) => setGoing(({ [name]: _, ...rest }) => rest);
  const bring = (file: File) =>
    put(file, (share) => setGoing((now) => ({ ...now, [file.name]: share })))
      .then(async () => {
        say.done(t('loyalty.file.taken', { name: file.name }));
        onTaken();
        await refreshLoyalty();
      }, say.failed)
      .finally(() => gone(file.name));
  return (
    <>
      <Upload.Dragger
        multiple
        className="file-drop"
        showUploadList={false}
        beforeUpload={(file) => {
          void bring(file);
          return false;
        }}
      >
        <UploadOutlined aria-hidden /> {t('loyalty.file.drop')}
      </Upload.Dragger>
      {Object.entries(going).map(([name, share]) => (
        <div key={name}>
          {name} <Progress size="small" percent={Math.floor(share * 100)} aria-label={name} />
        </div>
      ))}
    </>
  );
}

/** What became of the lines of a file: what counts for nobody is not told. */
function Became({ file }: { file: LoyaltyFile }) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  const refusal = useRefusalWord();
  if (file.state === 'running')
    return (
      <Progress
        size="small"
        aria-label={file.name}
        percent={file.lines > 0 ? Math.floor((file.done / file.lines) * 100) : 0}
        format={() => `${count(file.done, i18n.language)} / ${count(file.lines, i18n.language)}`}
      />
    );
  if (file.state === 'refused')
    return (
      <span className="points-down" title={file.refusal ?? ''}>
        {refusal(file)}
      </span>
    );
  if (file.state === 'repeated') return t('loyalty.file.repeated');
  const parts = (['accepted', 'rejected', 'repeated', 'not_enrolled'] as const)
    .filter((part) => part === 'accepted' || (file.tally[part] ?? 0) > 0)
    .map(
      (part) =>
        `${t(`loyalty.file.tally.${part}`)}: ${count(file.tally[part] ?? 0, i18n.language)}`,
    );
  const accrued = Object.entries(file.tally.accrued ?? {}).map(
    ([code, amount]) => `+${bonus.amount(Number(amount), code)}`,
  );
  return [...parts, ...accrued].join(' · ');
}

/** Files of other systems: what came, how far it is, and what was refused (CIMP-ETL-02, CIMP-ETL-04). */
function Files() {
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
  const [taken, setTaken] = useState(0);
  const soon = running || Date.now() - taken < TAKEN_MS;
  const list = useList(loyaltyFiles, query, true, soon ? RUNNING_MS : IDLE_MS);
  const ask = (name: string, value: string | undefined) => {
    cursors.reset();
    const next = new URLSearchParams(params);
    if (value) next.set(name, value);
    else next.delete(name);
    setParams(next, { replace: true });
  };
  return (
    <>
      <Dropping onTaken={() => setTaken(Date.now())} />
      <div className="row filters wrap">
        <SearchBox initial={q} onSearch={(text) => ask('q', text)} />
        <Select
          allowClear
          style={{ width: 180 }}
          aria-label={t('loyalty.field.state')}
          placeholder={t('loyalty.field.state')}
          value={state}
          onChange={(value: string | undefined) => ask('state', value)}
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
        className="panel fits"
        scroll={{ x: true }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState waiting={list.isPending} text={t('loyalty.file.none')} />,
        }}
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
            className: 'wraps',
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
    </>
  );
}

const TABS = { received: Files, exports: Exports, structures: Structures } as const;

/** Files that come from other systems and go to them, and how they look. */
export default function FilesPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { tab = 'received' } = useParams();
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.files')} note={t('loyalty.file.note')} />
      <Tabs
        activeKey={tab}
        destroyOnHidden
        onChange={(key) => void navigate(`/loyalty/files/${key}`, { replace: true })}
        items={(Object.keys(TABS) as (keyof typeof TABS)[]).map((key) => {
          const Part = TABS[key];
          return { key, label: t(`loyalty.file.tabs.${key}`), children: <Part /> };
        })}
      />
    </div>
  );
}
