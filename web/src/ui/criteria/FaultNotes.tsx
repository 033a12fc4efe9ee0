import { ExclamationCircleOutlined, InfoCircleOutlined, WarningOutlined } from '@ant-design/icons';
import { useTranslation } from 'react-i18next';
import type { Fault } from '../../api/automation';
import { sentence } from '../ProblemNote';
import { serverWords } from '../serverWords';
import { useConditions } from './Conditions';
import { byWeight, exampleText, faultsAt, faultsIn } from './faults';
import './criteria.css';

const ICONS = {
  error: <ExclamationCircleOutlined />,
  warning: <WarningOutlined />,
  hint: <InfoCircleOutlined />,
};

export function FaultLine({ fault }: { fault: Fault }) {
  const { t, i18n } = useTranslation();
  const example = exampleText(fault.example);
  // Nothing is named yet: then it is not unknown, it is still to be chosen.
  const unnamed = /`(|\/|customer\.)`/.test(fault.message);
  const toChoose = `rules.toChoose.${fault.code}`;
  const key = unnamed && i18n.exists(toChoose) ? toChoose : (`rules.faults.${fault.code}` as const);
  const told = serverWords(fault.message, t);
  // The server speaks English, and more exactly; other languages have words for the usual faults.
  const own = (i18n.language !== 'en' || key === toChoose) && i18n.exists(key);
  // Which name is unknown stands in the server's words between backticks.
  const name = fault.code.startsWith('unknown_') ? /`([^`]+)`/.exec(fault.message)?.[1] : undefined;
  return (
    <div className="fault-line" data-severity={fault.severity} data-code={fault.code}>
      <span role="img" aria-label={t(`rules.builder.severity.${fault.severity}`)}>
        {ICONS[fault.severity]}
      </span>
      <span title={fault.message}>
        {told !== fault.message
          ? told
          : own
            ? t(key as 'rules.faults.syntax')
            : sentence(fault.message)}
        {own && told === fault.message && name && key !== toChoose ? (
          <span className="code"> {name}</span>
        ) : null}
        {example && key !== toChoose ? (
          <span className="dim"> {t('rules.builder.example', { example })}</span>
        ) : null}
      </span>
    </div>
  );
}

/** What the server says about this place, under the field it is about. */
export function FaultNotes({ at, inside = false }: { at: string; inside?: boolean }) {
  const { faults } = useConditions();
  const found = byWeight(inside ? faultsIn(faults, at) : faultsAt(faults, at));
  if (found.length === 0) return null;
  return (
    <div className="fault-notes" role="alert">
      {found.map((fault) => (
        <FaultLine key={`${fault.code}${fault.pointer}${fault.message}`} fault={fault} />
      ))}
    </div>
  );
}
