import { useQuery } from '@tanstack/react-query';
import { Button, Descriptions, Form, Input, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LogLevels, ServerStatus } from '../../api/contract';
import { send } from '../../api/http';
import { asProblem, type Problem } from '../../api/problem';
import { useChange } from '../../api/query';
import { useCan } from '../../api/session';
import { count, duration } from '../../lib/format';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';

const STATUS = '/status';
const LEVELS = '/log-levels';

function Status() {
  const { t, i18n } = useTranslation();
  const status = useQuery<ServerStatus, Problem>({
    queryKey: [STATUS],
    queryFn: () => send<ServerStatus>(STATUS),
    refetchInterval: 5_000,
  });
  const now = status.data;
  return (
    <>
      <ProblemNote error={status.error} onRetry={() => void status.refetch()} />
      {now ? (
        <Descriptions
          className="panel"
          bordered
          size="small"
          column={1}
          items={[
            { key: 'version', label: t('common.version'), children: now.version },
            {
              key: 'uptime',
              label: t('admin.server.uptime'),
              children: duration(now.uptime_seconds),
            },
            { key: 'sip', label: 'SIP', children: now.sip.join(', ') || '—' },
            {
              key: 'database',
              label: t('admin.server.database'),
              children: (
                <Tag color={now.database === 'ok' ? 'success' : 'error'}>
                  {t(`admin.server.databaseState.${now.database === 'ok' ? 'ok' : 'away'}`)}
                </Tag>
              ),
            },
            {
              key: 'backlog',
              label: t('admin.server.backlog'),
              children: count(now.journal_backlog, i18n.language),
            },
          ]}
        />
      ) : null}
    </>
  );
}

function Levels() {
  const { t } = useTranslation();
  const say = useSay();
  const [problem, setProblem] = useState<Problem>();
  const may = useCan('log.write');
  const levels = useQuery<LogLevels, Problem>({
    queryKey: [LEVELS],
    queryFn: () => send<LogLevels>(LEVELS),
  });
  const save = useChange((body: LogLevels) => send(LEVELS, { method: 'PUT', body }), [LEVELS]);
  if (!levels.data)
    return <ProblemNote error={levels.error} onRetry={() => void levels.refetch()} />;
  return (
    <Form<LogLevels>
      layout="vertical"
      initialValues={levels.data}
      onFinish={(values) => {
        setProblem(undefined);
        save.mutateAsync(values).then(
          () => say.done(t('common.saved')),
          (error: unknown) => setProblem(asProblem(error)),
        );
      }}
    >
      <ProblemNote error={problem} />
      <Form.Item
        name="directives"
        label={t('admin.server.levels')}
        extra={t('admin.server.levelsHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input.TextArea rows={2} className="secret" />
      </Form.Item>
      <ReasonButton
        type="primary"
        htmlType="submit"
        loading={save.isPending}
        reason={may ? undefined : t('common.noAccess', { operation: 'log.write' })}
      >
        {t('common.save')}
      </ReasonButton>
    </Form>
  );
}

export default function ServerPage() {
  const { t } = useTranslation();
  return (
    <div style={{ maxWidth: 860 }}>
      <PageHead title={t('admin.page.server')} note={t('admin.server.note')}>
        <Button href="/api/docs" target="_blank">
          {t('admin.server.api')}
        </Button>
      </PageHead>
      <Status />
      <h2 style={{ fontSize: 16, marginTop: 24 }}>{t('admin.server.logs')}</h2>
      <Levels />
    </div>
  );
}
