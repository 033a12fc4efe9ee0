import { Select } from 'antd';
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CodedOption } from '../CodedOption';
import { type KnownField, meant, named, offered, unnamed } from '../decision/known';
import { useFound } from '../decision/useKnown';

/** The entries to choose from, found by what people call them and by code: those that were read, and what is searched. */
function useOptions(field: KnownField | undefined, text: string, chosen: readonly string[]) {
  const { t } = useTranslation();
  const typed = text.trim();
  const wanted = field ? unnamed(field, chosen) : [];
  const searched = field?.more && typed ? [{ set: field.more, q: typed }] : [];
  const found = useFound([...searched, ...wanted]);
  const [full] = field ? named([field], wanted, found.slice(searched.length)) : [];
  const options = offered(full?.choices ?? [], searched.length > 0 ? found[0] : [], typed);
  const more = field?.more && typed === '';
  return {
    options,
    props: {
      // Names and codes need more room than there is in a row of a condition.
      classNames: { popup: { root: 'entries' } },
      optionRender: ({
        label,
        value,
      }: {
        label?: ReactNode;
        value?: string | number | undefined;
      }) => (
        <CodedOption
          label={label}
          code={options.some((one) => one.value === value) ? value : label}
        />
      ),
      popupRender: (menu: ReactElement) => (
        <>
          {menu}
          {more ? <p className="dim more-entries">{t('rules.builder.moreEntries')}</p> : null}
        </>
      ),
    },
  };
}

interface Props {
  field: KnownField | undefined;
  'aria-label': string;
  className: string;
  disabled: boolean;
}

/** A text that is usually an entry of a list: picked from it, or typed. */
export function KnownInput({
  field,
  value,
  onChange,
  ...rest
}: Props & { value: unknown; onChange(value: unknown): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const now = value === undefined || value === null ? '' : String(value);
  const own = text.trim();
  const { options, props } = useOptions(field, text, [now]);
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
      {...props}
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
      onChange={(next) => take(next)}
      // Whoever types and goes on has not pressed Enter.
      onBlur={() => take(meant(text, options))}
    />
  );
}

/** Several such texts; of a choice only what is among its values. */
export function KnownList({
  field,
  value,
  onChange,
  ...rest
}: Props & { value: string[]; onChange(value: string[]): void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const { options, props } = useOptions(field, text, value);
  return (
    <Select<string[]>
      {...rest}
      {...props}
      mode={field?.type === 'choice' ? 'multiple' : 'tags'}
      placeholder={t(options.length > 0 ? 'rules.builder.pickOrType' : 'rules.builder.valuesHint')}
      tokenSeparators={[',', ';', '\n']}
      value={value}
      showSearch={{ optionFilterProp: 'search', onSearch: setText }}
      options={options}
      onChange={onChange}
    />
  );
}
