import { EventTypeSelect } from '../../../ui/EventTypeSelect';
import { useBuilder } from './Builder';

/** One of the registered events, as the rule is allowed to change. */
export function EventSelect({
  label,
  value,
  onChange,
}: {
  label: string;
  value: string;
  onChange(name: string): void;
}) {
  const { types, mayWrite } = useBuilder();
  return (
    <EventTypeSelect
      className="wide"
      aria-label={label}
      disabled={!mayWrite}
      types={types}
      value={value}
      onChange={onChange}
    />
  );
}
