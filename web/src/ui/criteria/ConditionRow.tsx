import { CloseOutlined } from '@ant-design/icons';
import { Button, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Condition, Operator } from '../../api/automation';
import { type Path, pointerOf } from '../decision/document';
import { convert, firstValue, operatorsFor } from '../decision/fields';
import { useConditions } from './Conditions';
import { FaultNotes } from './FaultNotes';
import { FieldPicker } from './FieldPicker';
import { ValueInput } from './ValueInput';

/** Field, comparison, value; the comparisons are those that fit the field. */
export function ConditionRow({
  condition,
  path,
  onRemove,
}: {
  condition: Condition;
  path: Path;
  onRemove(): void;
}) {
  const { t } = useTranslation();
  const { set, fields, mayWrite } = useConditions();
  const field = fields.find((one) => one.path === condition.field);
  const fitting = operatorsFor(field?.type);
  const operators = fitting.includes(condition.op) ? fitting : [condition.op, ...fitting];
  const pickField = (chosen: string) => {
    const type = fields.find((one) => one.path === chosen)?.type;
    const [first = 'eq'] = operatorsFor(type);
    const op: Operator = type === 'number' ? 'ge' : first;
    const keeps = type === field?.type && condition.field !== '';
    set(
      path,
      keeps ? { ...condition, field: chosen } : { field: chosen, op, value: firstValue(type, op) },
    );
  };
  const pickOperator = (op: Operator) => {
    const value = convert(condition.value, op);
    set(path, {
      field: condition.field,
      op,
      ...(value === undefined ? {} : { value }),
    });
  };
  const pointer = pointerOf(path);
  return (
    <div className="condition" data-at={pointer}>
      <div className="row condition-line">
        <FieldPicker value={condition.field} onChange={pickField} />
        {condition.field === '' ? (
          <span className="grow" />
        ) : (
          <>
            <Select<Operator>
              className="condition-op"
              aria-label={t('rules.builder.operator')}
              disabled={!mayWrite}
              value={condition.op}
              options={operators.map((value) => ({
                value,
                label: t(`rules.builder.ops.${value}`),
              }))}
              onChange={pickOperator}
            />
            <ValueInput
              condition={condition}
              field={field}
              onChange={(value) => set([...path, 'value'], value)}
            />
          </>
        )}
        <Button
          type="text"
          icon={<CloseOutlined aria-hidden />}
          disabled={!mayWrite}
          aria-label={t('rules.builder.removeCondition')}
          onClick={onRemove}
        />
      </div>
      <FaultNotes at={pointer} inside />
    </div>
  );
}
