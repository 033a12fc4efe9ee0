import { AutoComplete } from 'antd';
import type { Choice } from '../../../api/choices';
import { useBuilder } from './Builder';

/** A name out of a list, or any other: a rule may name what is made later, and the check says so. */
export function ChoiceInput({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: string;
  choices: Choice[];
  onChange(value: string): void;
}) {
  const { mayWrite } = useBuilder();
  return (
    <AutoComplete
      className="wide"
      aria-label={label}
      disabled={!mayWrite}
      value={value}
      options={choices.map((choice) => ({
        value: choice.value,
        label:
          choice.label === choice.value ? (
            choice.value
          ) : (
            <span className="row">
              <span>{choice.label}</span>
              <span className="dim grow end">{choice.value}</span>
            </span>
          ),
        search: `${choice.label} ${choice.value}`.toLowerCase(),
      }))}
      showSearch={{
        filterOption: (typed, option) =>
          // All of them while what stands there is already one of them: then one looks for another.
          choices.some((choice) => choice.value === typed) ||
          String(option?.search ?? '').includes(typed.toLowerCase()),
      }}
      onChange={(next: string | undefined) => onChange(next ?? '')}
    />
  );
}
