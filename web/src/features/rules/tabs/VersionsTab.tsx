import { Button, Modal, Select, Table, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Rule, RuleDocument } from '../../../api/automation';
import { actOnRule } from '../../../api/rules';
import { useCan } from '../../../api/session';
import { useVersions, type Version } from '../../../api/trials';
import { dateTime } from '../../../lib/format';
import { EmptyState } from '../../../ui/EmptyState';
import { PersonName } from '../../../ui/PersonName';
import { ProblemNote } from '../../../ui/ProblemNote';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useSay } from '../../../ui/say';
import { differences } from '../model/diff';
import type { TabProps } from '../RulePage';
import { Differences } from './Differences';

/** Stands for the draft on screen among the numbers of versions. */
const DRAFT = 0;

function VersionMarks({ version, rule }: { version: number; rule: Rule }) {
  const { t } = useTranslation();
  const { live_version, challenger } = rule;
  return (
    <span className="row">
      {version}
      {version === live_version ? <Tag color="success">{t('rules.versions.live')}</Tag> : null}
      {challenger && version === challenger.version ? (
        <Tag color="processing">{t('rules.versions.challenger', challenger)}</Tag>
      ) : null}
    </span>
  );
}

/** Every version that was ever asked to be approved, compared with any other, and the way back. */
export default function VersionsTab({ rule, editing }: TabProps) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const list = useVersions(rule.id);
  const [pair, setPair] = useState<[number, number]>();
  const [back, setBack] = useState<number>();
  const mayLaunch = useCan('rule.launch');
  const versions = list.data ?? [];
  const live = rule.live_version;
  const nameOf = (n: number) =>
    n === DRAFT ? t('rules.versions.draft') : t('rules.versions.before', { version: n });
  const documentOf = (n: number): RuleDocument | undefined =>
    n === DRAFT ? editing.draft.document : versions.find(({ version }) => version === n)?.document;
  const compare = (from: number, to: number) => {
    const before = documentOf(from);
    const after = documentOf(to);
    return before && after ? (
      <Differences before={before} after={after} names={[nameOf(from), nameOf(to)]} />
    ) : null;
  };
  const choices = [DRAFT, ...versions.map((one) => one.version)].map((value) => ({
    value,
    label: nameOf(value),
  }));
  /** With the draft, or with the version before where the draft is no other. */
  const beside = (version: number): [number, number] => {
    const earlier = versions.find((one) => one.version < version);
    const same = differences(documentOf(version), editing.draft.document).length === 0;
    return same && earlier ? [earlier.version, version] : [version, DRAFT];
  };
  const rollBack = (version: number) =>
    actOnRule(rule.id, 'roll-back', { version }).then(() => {
      setBack(undefined);
      say.done(t('rules.life.done'));
    }, say.failed);
  return (
    <>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Version>
        rowKey="version"
        size="small"
        className="panel"
        pagination={false}
        loading={list.isPending}
        dataSource={versions}
        locale={{ emptyText: <EmptyState text={t('rules.versions.none')} /> }}
        columns={[
          {
            title: t('rules.versions.version'),
            render: (_, row) => <VersionMarks version={row.version} rule={rule} />,
          },
          {
            title: t('rules.versions.made'),
            render: (_, row) => dateTime(row.created_at, i18n.language),
          },
          { title: t('rules.versions.author'), render: (_, row) => <PersonName id={row.author} /> },
          {
            title: t('rules.versions.approver'),
            render: (_, row) => <PersonName id={row.approver} />,
          },
          {
            title: t('common.actions'),
            align: 'right',
            render: (_, { version }) => (
              <span className="row end">
                <Button size="small" onClick={() => setPair(beside(version))}>
                  {t('rules.versions.compare')}
                </Button>
                {version !== live && live !== null && version !== rule.challenger?.version ? (
                  <ReasonButton
                    size="small"
                    reason={
                      mayLaunch ? undefined : t('common.noAccess', { operation: 'rule.launch' })
                    }
                    onClick={() => setBack(version)}
                  >
                    {t('rules.versions.rollBack')}
                  </ReasonButton>
                ) : null}
              </span>
            ),
          },
        ]}
      />
      {pair ? (
        <section className="compare" aria-label={t('rules.versions.compare')}>
          <div className="row filters">
            <Select
              style={{ width: 160 }}
              aria-label={t('rules.versions.compare')}
              value={pair[0]}
              options={choices}
              onChange={(from) => setPair([from, pair[1]])}
            />
            →
            <Select
              style={{ width: 160 }}
              aria-label={t('rules.versions.compareWith')}
              value={pair[1]}
              options={choices}
              onChange={(to) => setPair([pair[0], to])}
            />
          </div>
          {compare(...pair)}
        </section>
      ) : null}
      {back === undefined ? null : (
        <Modal
          open
          width={900}
          title={t('rules.versions.rollBackSure', { version: back })}
          okText={t('rules.versions.rollBack')}
          cancelText={t('common.cancel')}
          onCancel={() => setBack(undefined)}
          onOk={() => rollBack(back)}
        >
          {compare(live ?? DRAFT, back)}
        </Modal>
      )}
    </>
  );
}
