import { InputNumber, Select, Space } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { split, UNITS, type Unit } from '../../../ui/decision/period';
import { useBuilder } from './Builder';

const SHOWN: Unit[] = ['minute', 'hour', 'day', 'week'];

/** A period as a number and a unit; kept in seconds. */
export function PeriodInput({
  label,
  seconds,
  onChange,
}: {
  label: string;
  seconds: number;
  onChange(seconds: number): void;
}) {
  const { t } = useTranslation();
  const { mayWrite } = useBuilder();
  const now = split(seconds);
  // The unit that the person chose stays, also when the number would fit another.
  const [chosen, setChosen] = useState<Unit>();
  const unit = chosen && seconds % UNITS[chosen] === 0 ? chosen : now.unit;
  const units = SHOWN.includes(unit) ? SHOWN : [unit, ...SHOWN];
  return (
    <Space.Compact>
      <InputNumber
        min={1}
        precision={0}
        style={{ width: 90 }}
        aria-label={label}
        disabled={!mayWrite}
        value={seconds / UNITS[unit]}
        onChange={(n) => n && onChange(n * UNITS[unit])}
      />
      <Select<Unit>
        style={{ width: 110 }}
        aria-label={`${label}: ${t('rules.builder.unit')}`}
        disabled={!mayWrite}
        value={unit}
        options={units.map((value) => ({ value, label: t(`rules.builder.units.${value}`) }))}
        onChange={(next) => {
          setChosen(next);
          onChange((seconds / UNITS[unit]) * UNITS[next]);
        }}
      />
    </Space.Compact>
  );
}
