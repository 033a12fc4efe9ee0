import { ArrowLeftOutlined, RedoOutlined, UndoOutlined } from '@ant-design/icons';
import { Button, Input, Result, Tabs, Tooltip } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import type { Fault, Rule } from '../../api/automation';
import { checkRule, useRule } from '../../api/rules';
import { useCan } from '../../api/session';
import { readyText } from '../../lib/i18n';
import { useTitle } from '../../lib/title';
import { useCheck } from '../../ui/criteria/useCheck';
import { ProblemNote } from '../../ui/ProblemNote';
import { BuildTab } from './builder/BuildTab';
import { Counters } from './Counters';
import { LifeButtons } from './LifeButtons';
import { SaveMark } from './SaveMark';
import { StateTag } from './StateTag';
import { type Editing, useDraft } from './useDraft';
import { useUndoKeys } from './useUndoKeys';
import './rules.css';

const TryTab = lazy(() => import('./tabs/TryTab'));
const SimulationTab = lazy(() => import('./tabs/SimulationTab'));
const VersionsTab = lazy(() => import('./tabs/VersionsTab'));
const ResultsTab = lazy(() => import('./tabs/ResultsTab'));
const DecisionsTab = lazy(() => import('./tabs/DecisionsTab'));

const TABS = ['build', 'try', 'simulation', 'versions', 'results', 'decisions'] as const;
type Tab = (typeof TABS)[number];

/** What every tab of a rule is given. */
export interface TabProps {
  rule: Rule;
  editing: Editing;
  faults: Fault[];
  mayWrite: boolean;
}

function Body({ tab, ...props }: TabProps & { tab: Tab }) {
  switch (tab) {
    case 'build':
      return <BuildTab {...props} />;
    case 'try':
      return <TryTab {...props} />;
    case 'simulation':
      return <SimulationTab {...props} />;
    case 'versions':
      return <VersionsTab {...props} />;
    case 'results':
      return <ResultsTab {...props} />;
    case 'decisions':
      return <DecisionsTab {...props} />;
  }
}

function Loaded({ rule, tab }: { rule: Rule; tab: Tab }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const mayWrite = useCan('rule.write');
  const editing = useDraft(rule, mayWrite);
  const { faults, checking } = useCheck(editing.draft.document, rule.faults, checkRule);
  useUndoKeys(editing);
  const { draft, set } = editing;
  useTitle(readyText(draft.name));
  return (
    <div className="page rule-page">
      <header className="rule-head">
        <div className="row">
          <Tooltip title={t('rules.back')}>
            <Link to="/automation/rules" aria-label={t('rules.back')} className="rule-back">
              <ArrowLeftOutlined />
            </Link>
          </Tooltip>
          <Input
            className="rule-name"
            variant="borderless"
            aria-label={t('rules.builder.rename')}
            maxLength={200}
            readOnly={!mayWrite}
            value={readyText(draft.name)}
            onChange={(event) => set(['name'], event.target.value)}
          />
          <StateTag rule={rule} />
          <span className="grow" />
          <SaveMark editing={editing} />
          <Tooltip title={`${t('rules.builder.undo')} (Ctrl+Z)`}>
            <Button
              icon={<UndoOutlined aria-hidden />}
              aria-label={t('rules.builder.undo')}
              disabled={!editing.undo || !mayWrite}
              onClick={() => editing.undo?.()}
            />
          </Tooltip>
          <Tooltip title={`${t('rules.builder.redo')} (Ctrl+Shift+Z)`}>
            <Button
              icon={<RedoOutlined aria-hidden />}
              aria-label={t('rules.builder.redo')}
              disabled={!editing.redo || !mayWrite}
              onClick={() => editing.redo?.()}
            />
          </Tooltip>
          <LifeButtons rule={rule} faults={faults} saving={editing.saving} draft={draft} />
        </div>
        <div className="row rule-under">
          <Input
            variant="borderless"
            className="rule-about"
            aria-label={t('rules.builder.describe')}
            placeholder={t('rules.builder.describe')}
            maxLength={1000}
            readOnly={!mayWrite}
            value={readyText(draft.description)}
            onChange={(event) => set(['description'], event.target.value)}
          />
          <Counters rule={rule} checking={checking} faults={faults} />
        </div>
      </header>
      <Tabs
        activeKey={tab}
        items={TABS.map((key) => ({ key, label: t(`rules.tabs.${key}`) }))}
        onChange={(key) => void navigate(`/automation/rules/${rule.id}/${key}`, { replace: true })}
      />
      <Suspense fallback={<div aria-busy="true" />}>
        <Body tab={tab} rule={rule} editing={editing} faults={faults} mayWrite={mayWrite} />
      </Suspense>
    </div>
  );
}

export default function RulePage() {
  const { t } = useTranslation();
  const { id = '', tab } = useParams();
  const found = useRule(id, true);
  if (found.error && !found.data)
    return (
      <div className="lone">
        <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      </div>
    );
  if (!found.data) return <div className="page" aria-busy="true" />;
  const shown = tab ?? 'build';
  const known = TABS.find((one) => one === shown);
  if (!known) return <Result status="404" title={t('common.notFound')} />;
  return <Loaded key={id} rule={found.data} tab={known} />;
}
