import { Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RuleField } from '../../api/automation';
import { CodedOption } from '../CodedOption';
import { meant } from '../decision/known';

type Choices = RuleField['choices'];

/** Entries of a list, found by what people call them and by code. */
export const entryOptions = (choices: Choices) =>
  choices.map(({ value, title }) => ({
    value,
    label: title || value,
    search: `${title} ${value}`,
  }));

/** An entry in the list. */
export const entryRow = ({
  label,
  value,
}: {
  label?: ReactNode;
  value?: string | number | undefined;
}) => <CodedOption label={label} code={value} />;

/** A text that is usually an entry of a list: picked from it, or typed. */
export function KnownInput({
  choices,
  value,
  onChange,
  ...rest
}: {
  choices: Choices;
  value: unknown;
  onChange(value: unknown): void;
  'aria-label': string;
  className: string;
  disabled: boolean;
}) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const now = value === undefined || value === null ? '' : String(value);
  const own = text.trim();
  const options = entryOptions(choices);
  const known = (one: string) => options.some((option) => option.value === one);
  const typed = own !== '' && !known(own) && own !== now ? [own] : [];
  const foreign = now !== '' && !known(now) ? [now] : [];
  const take = (next: string | undefined) => {
    setText('');
    if (next !== undefined && next !== now) onChange(next);
  };
  return (
    <Select<string>
      {...rest}
      placeholder={t('rules.builder.pickOrType')}
      value={now === '' ? null : now}
      showSearch={{ optionFilterProp: 'search', searchValue: text, onSearch: setText }}
      options={[
        ...options,
        ...foreign.map((one) => ({ value: one, label: one, search: one })),
        ...typed.map((one) => ({
          value: one,
          label: t('rules.builder.typed', { text: one }),
          search: one,
        })),
      ]}
      optionRender={entryRow}
      onChange={(next) => take(next)}
      // Whoever types and goes on has not pressed Enter.
      onBlur={() => take(meant(text, choices))}
    />
  );
}
