import { App, Segmented } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../../../api/automation';
import { ExpressionInput } from '../../../ui/criteria/ExpressionInput';
import { FaultNotes } from '../../../ui/criteria/FaultNotes';
import { GroupEditor } from '../../../ui/criteria/GroupEditor';
import { conditions, emptyCriteria, isBlank } from '../../../ui/decision/document';
import { Block } from './Block';
import { useBuilder } from './Builder';

const TableCriteria = lazy(() => import('./TableCriteria'));
const MODES = ['form', 'expression', 'table'] as const;

function Body() {
  const { t } = useTranslation();
  const { document, set, mayWrite } = useBuilder();
  const { criteria } = document;
  if (criteria.kind === 'expression')
    return (
      <div data-at="/criteria/text">
        <ExpressionInput
          rows={4}
          label={t('rules.builder.expression')}
          value={criteria.text}
          disabled={!mayWrite}
          onChange={(text) => set(['criteria', 'text'], text)}
        />
        <p className="dim under">{t('rules.builder.expressionHint')}</p>
        <FaultNotes at="/criteria/text" />
      </div>
    );
  if (criteria.kind === 'table')
    return (
      <Suspense fallback={<div className="table-wait" aria-busy="true" />}>
        <TableCriteria
          table={criteria.table}
          onChange={(table) => set(['criteria', 'table'], table)}
        />
      </Suspense>
    );
  return (
    <>
      {conditions(criteria.group).length === 0 ? (
        <p className="dim under">{t('rules.builder.noConditions')}</p>
      ) : null}
      <GroupEditor group={criteria.group} path={['criteria', 'group']} />
    </>
  );
}

/** Which events of the kind count: a form of groups, an expression, or a decision table. */
export function CriteriaBlock() {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const { document, set, mayWrite } = useBuilder();
  const choose = (kind: Criteria['kind']) => {
    const change = () => set(['criteria'], emptyCriteria(kind));
    if (isBlank(document.criteria)) return change();
    modal.confirm({
      title: t('rules.builder.modeSwitch'),
      okText: t('common.yes'),
      cancelText: t('common.cancel'),
      onOk: change,
    });
  };
  return (
    <Block
      title={t('rules.builder.criteria')}
      at="/criteria"
      extra={
        <Segmented<Criteria['kind']>
          size="small"
          aria-label={t('rules.builder.mode')}
          disabled={!mayWrite}
          value={document.criteria.kind}
          options={MODES.map((value) => ({ value, label: t(`rules.builder.modes.${value}`) }))}
          onChange={choose}
        />
      }
    >
      <Body />
      <FaultNotes at="/criteria" />
    </Block>
  );
}
