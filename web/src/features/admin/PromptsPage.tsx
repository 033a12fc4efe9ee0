import { PauseOutlined, PlayCircleOutlined, UploadOutlined } from '@ant-design/icons';
import { Button, Table, Tag, Upload } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Prompt } from '../../api/contract';
import { send, url } from '../../api/http';
import { useChange, useList } from '../../api/query';
import { prompts } from '../../api/resources';
import { useCan } from '../../api/session';
import { matches } from '../../lib/search';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { useSay } from '../../ui/say';

const path = (prompt: Prompt) => `/prompts/${prompt.locale}/${encodeURIComponent(prompt.name)}.wav`;
const keyOf = (prompt: Prompt) => `${prompt.locale}/${prompt.name}`;

/** What callers hear, with its text; a new recording replaces the sound at once. */
export default function PromptsPage() {
  const { t } = useTranslation();
  const say = useSay();
  const [query, setQuery] = useState('');
  const [playing, setPlaying] = useState<string>();
  const audio = useRef<HTMLAudioElement>(null);
  const list = useList(prompts, { limit: 500 });
  const may = useCan('prompt.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'prompt.write' });
  const upload = useChange(
    ({ prompt, file }: { prompt: Prompt; file: Blob }) =>
      send(path(prompt), { method: 'PUT', body: file }),
    [prompts.path],
  );
  const play = (prompt: Prompt) => {
    if (!audio.current) return;
    if (playing === keyOf(prompt)) {
      audio.current.pause();
      return;
    }
    audio.current.src = url(path(prompt));
    audio.current.play().then(() => setPlaying(keyOf(prompt)), say.failed);
  };
  const shown = (list.data?.items ?? []).filter((prompt) =>
    matches(`${prompt.name} ${prompt.text}`, query),
  );
  return (
    <>
      <PageHead title={t('admin.page.prompts')} note={t('admin.prompts.note')}>
        <SearchBox onSearch={setQuery} />
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      {/* biome-ignore lint/a11y/useMediaCaption: the text of the prompt stands beside it */}
      <audio
        ref={audio}
        onPause={() => setPlaying(undefined)}
        onEnded={() => setPlaying(undefined)}
      />
      <Table<Prompt>
        rowKey={keyOf}
        size="small"
        className="panel"
        loading={list.isPending}
        dataSource={shown}
        pagination={shown.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
        locale={{ emptyText: query ? t('common.emptySearch') : t('common.empty') }}
        columns={[
          { title: t('common.name'), dataIndex: 'name', width: 220 },
          {
            title: t('nav.language'),
            width: 110,
            render: (_, row) => <Tag>{t(`locale.${row.locale}`)}</Tag>,
          },
          { title: t('admin.prompts.text'), dataIndex: 'text' },
          {
            title: t('admin.prompts.length'),
            width: 90,
            align: 'right',
            render: (_, row) => `${row.seconds.toFixed(1)}`,
          },
          {
            title: t('common.actions'),
            width: 230,
            align: 'right',
            render: (_, row) => (
              <span className="row row-actions">
                <Button
                  size="small"
                  icon={playing === keyOf(row) ? <PauseOutlined /> : <PlayCircleOutlined />}
                  aria-label={`${t(playing === keyOf(row) ? 'contacts.pause' : 'contacts.play')}: ${keyOf(row)}`}
                  onClick={() => play(row)}
                >
                  {t(playing === keyOf(row) ? 'contacts.pause' : 'contacts.play')}
                </Button>
                <Upload
                  accept=".wav,audio/wav"
                  showUploadList={false}
                  disabled={!may}
                  beforeUpload={(file) => {
                    upload
                      .mutateAsync({ prompt: row, file })
                      .then(() => say.done(t('common.saved')), say.failed);
                    return false;
                  }}
                >
                  <ReasonButton size="small" icon={<UploadOutlined />} reason={refused}>
                    {t('admin.prompts.upload')}
                  </ReasonButton>
                </Upload>
              </span>
            ),
          },
        ]}
      />
    </>
  );
}
