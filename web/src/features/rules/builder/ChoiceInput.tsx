import { Select } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Choice } from '../../../api/choices';
import { matches } from '../../../lib/search';
import { CodedOption } from '../../../ui/CodedOption';
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
  const [typed, setTyped] = useState('');
  const known = (name: string) => choices.some((choice) => choice.value === name);
  const others = [value, typed.trim()].filter((name) => name !== '' && !known(name));
  return (
    <Select
      className="wide"
      allowClear
      aria-label={label}
      disabled={!mayWrite}
      value={value || null}
      placeholder={t('rules.builder.choose')}
      options={[
        ...choices.map(({ value: name, label: title }) => ({ value: name, label: title })),
        ...[...new Set(others)].map((name) => ({ value: name, label: name })),
      ]}
      optionRender={({ data }) => <CodedOption label={data.label} code={data.value} />}
      showSearch={{
        onSearch: setTyped,
        filterOption: (text, option) =>
          matches(`${option?.label ?? ''} ${option?.value ?? ''}`, text),
      }}
      onChange={(next: string | null | undefined) => onChange(next ?? '')}
    />
  );
}
