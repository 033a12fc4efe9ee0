import { AutoComplete } from 'antd';
import { useTranslation } from 'react-i18next';
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
  const { t } = useTranslation();
  const { mayWrite } = useBuilder();
  const chosen = choices.find((choice) => choice.value === value);
  const title = chosen && chosen.label !== value ? chosen.label : undefined;
  return (
    <>
      <AutoComplete
        className="wide"
        aria-label={label}
        disabled={!mayWrite}
        value={value}
        placeholder={t('rules.builder.choose')}
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
      {title ? <span className="dim choice-title">{title}</span> : null}
    </>
  );
}
