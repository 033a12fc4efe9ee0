import { Select, type SelectProps } from 'antd';
import { useTranslation } from 'react-i18next';
import type { EventType } from '../api/automation';
import { CodedOption } from './CodedOption';
import { eventTitle } from './decision/sentence';

/** How far a title is from what was typed: begins with it and is short, first. */
const distance = (title: string, typed: string): number =>
  title.length + (title.toLowerCase().startsWith(typed.toLowerCase()) ? 0 : 1000);

/** One of the registered events, found by its title or its name. */
export function EventTypeSelect({
  types,
  value,
  ...rest
}: SelectProps<string> & { types: readonly EventType[] }) {
  const { t, i18n } = useTranslation();
  // A rule may listen to what the server itself tells: that is nobody's registered type.
  const names = types.map(({ name }) => name);
  if (value && !names.includes(value)) names.push(value);
  const options = names.map((name) => {
    const title = eventTitle(name, types, i18n.language);
    return { value: name, label: title, search: `${title} ${name}`, name };
  });
  return (
    <Select
      placeholder={t('rules.builder.pickEvent')}
      {...rest}
      value={value || null}
      showSearch={{
        optionFilterProp: 'search',
        // Who types "purchase" means the purchase, not what has it in its name.
        filterSort: (a, b, { searchValue }) =>
          distance(a.label, searchValue) - distance(b.label, searchValue),
      }}
      options={options}
      optionRender={({ data }) => <CodedOption label={data.label} code={data.name} />}
    />
  );
}
