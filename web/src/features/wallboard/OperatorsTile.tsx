import { useTranslation } from 'react-i18next';
import type { OperatorCounts } from '../../api/frames';
import { StatusShape } from '../../ui/StatusMark';
import { ListTile } from './Tile';

const ORDER = [
  'ready',
  'ringing',
  'on_contact',
  'held',
  'wrap_up',
  'not_ready',
  'not_responding',
  'disconnected',
] as const;

/** Operators by state: shape, word and colour together. */
export function OperatorsTile({
  operators,
  age,
  stale,
}: {
  operators: OperatorCounts;
  age: number;
  stale: boolean;
}) {
  const { t } = useTranslation();
  return (
    <ListTile label={t('board.operators')} age={age} stale={stale}>
      <ul className="wall-operators">
        {ORDER.map((state) => (
          <li key={state} data-none={operators[state] === 0}>
            <StatusShape state={state} size={30} />
            <span>{t(`state.${state}`)}</span>
            <b className="digits">{operators[state]}</b>
          </li>
        ))}
      </ul>
    </ListTile>
  );
}
