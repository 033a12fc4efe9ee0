import { ExportOutlined, MoreOutlined } from '@ant-design/icons';
import { App, Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import type { Fault, Rule } from '../../api/automation';
import { queryClient } from '../../api/query';
import { actOnRule, archiveRule, type Draft, exportRule } from '../../api/rules';
import { useCan } from '../../api/session';
import { download } from '../../lib/files';
import { errorsOf } from '../../ui/criteria/faults';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { LaunchDialog } from './LaunchDialog';
import { RefuseDialog } from './RefuseDialog';
import type { Saving } from './useDraft';

/** What can be done with the rule in its state, each with the reason when it cannot be done now. */
export function LifeButtons({
  rule,
  faults,
  saving,
  draft,
}: {
  rule: Rule;
  faults: Fault[];
  saving: Saving;
  draft: Draft;
}) {
  const { t } = useTranslation();
  const say = useSay();
  const { modal } = App.useApp();
  const navigate = useNavigate();
  const [open, setOpen] = useState<'launch' | 'refuse'>();
  const right = (operation: string, may: boolean) =>
    may ? undefined : t('common.noAccess', { operation });
  const noWrite = right('rule.write', useCan('rule.write'));
  const noApprove = right('rule.approve', useCan('rule.approve'));
  const noLaunch = right('rule.launch', useCan('rule.launch'));
  const act = (step: string, body?: unknown) =>
    actOnRule(rule.id, step, body).then(() => {
      setOpen(undefined);
      say.done(t('rules.life.done'));
    }, say.failed);
  const ask = (title: string, step: string, content?: string) =>
    modal.confirm({
      title,
      content,
      okText: t(`rules.life.${step === 'stop' ? 'stop' : 'promote'}`),
      cancelText: t('common.cancel'),
      onOk: () => act(step),
    });
  const errors = errorsOf(faults);
  const notReady =
    saving !== 'saved'
      ? t('rules.life.saveFirst')
      : errors > 0
        ? t('rules.life.faultsFirst', { n: errors })
        : (draft.document.tests ?? []).length === 0
          ? t('rules.life.testFirst')
          : undefined;
  const { state, running, challenger } = rule;
  const acts = running === 'live' || running === 'paused';
  const more = [
    ...(running === 'live'
      ? [{ key: 'pause', label: t('rules.life.pause'), disabled: Boolean(noLaunch) }]
      : []),
    ...(challenger
      ? [{ key: 'promote', label: t('rules.life.promote'), disabled: Boolean(noLaunch) }]
      : []),
    ...(acts
      ? [{ key: 'stop', label: t('rules.life.stop'), danger: true, disabled: Boolean(noLaunch) }]
      : []),
    { key: 'export', icon: <ExportOutlined aria-hidden />, label: t('rules.export') },
    { key: 'archive', label: t('rules.archive'), danger: true, disabled: Boolean(noWrite) },
  ];
  const choose = async (key: string) => {
    if (key === 'pause') return act('pause');
    if (key === 'stop') return void ask(t('rules.life.stopSure'), 'stop');
    if (key === 'promote' && challenger)
      return void ask(t('rules.life.promote'), 'promote', t('rules.life.promoteSure', challenger));
    if (key === 'export')
      return exportRule(rule.id).then(
        (content) => download(`${rule.name}.rule.json`, JSON.stringify(content, null, 2)),
        say.failed,
      );
    if (key === 'archive')
      modal.confirm({
        title: t('rules.archiveSure'),
        okText: t('rules.archive'),
        okButtonProps: { danger: true },
        cancelText: t('common.cancel'),
        onOk: () =>
          archiveRule(rule.id).then(async () => {
            await queryClient.invalidateQueries({ queryKey: ['rules', 'list'] });
            await navigate('/automation/rules');
          }, say.failed),
      });
  };
  return (
    <>
      {state === 'draft' ? (
        <ReasonButton
          type="primary"
          reason={noWrite ?? notReady}
          onClick={() => void act('ask-approval')}
        >
          {t('rules.life.askApproval')}
        </ReasonButton>
      ) : null}
      {state === 'in_test' ? (
        <>
          <ReasonButton reason={noApprove} onClick={() => setOpen('refuse')}>
            {t('rules.life.refuse')}
          </ReasonButton>
          <ReasonButton type="primary" reason={noApprove} onClick={() => void act('approve')}>
            {t('rules.life.approve')}
          </ReasonButton>
        </>
      ) : null}
      {state === 'approved' ? (
        <ReasonButton type="primary" reason={noLaunch} onClick={() => setOpen('launch')}>
          {t('rules.life.launch')}
        </ReasonButton>
      ) : null}
      {running === 'paused' ? (
        <ReasonButton type="primary" reason={noLaunch} onClick={() => void act('resume')}>
          {t('rules.life.resume')}
        </ReasonButton>
      ) : null}
      <Dropdown trigger={['click']} menu={{ items: more, onClick: ({ key }) => void choose(key) }}>
        <Button icon={<MoreOutlined aria-hidden />} aria-label={t('common.actions')} />
      </Dropdown>
      {open === 'launch' ? (
        <LaunchDialog
          beside={running === 'live'}
          onClose={() => setOpen(undefined)}
          onLaunch={(percent) => act('launch', percent === undefined ? {} : { percent })}
        />
      ) : null}
      {open === 'refuse' ? (
        <RefuseDialog
          onClose={() => setOpen(undefined)}
          onRefuse={(reason) => act('refuse', { reason })}
        />
      ) : null}
    </>
  );
}
