import { Select, type SelectProps } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type MasterKind, masters } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { choicesOf, offered } from '../../ui/decision/known';

/** One entry of a reference list in use; of a list that is longer than what is read at once, also what is searched for. */
export function MasterSelect({
  kind,
  query = {},
  value,
  ...rest
}: SelectProps<string> & { kind: MasterKind; query?: Record<string, string> | undefined }) {
  const { i18n } = useTranslation();
  const may = useCan('loyalty.read');
  const [text, setText] = useState('');
  const asked = { limit: 500, active: true, ...query };
  const list = useList(masters(kind), asked, may);
  const choices = choicesOf(list.data?.items ?? [], i18n.language);
  const typed = text.trim();
  // Nothing is typed: then what was chosen before may be without its name.
  const unnamed = value && !choices.some((one) => one.value === value) ? value : '';
  const q = list.data?.next ? typed || unnamed : '';
  const found = useList(masters(kind), { ...asked, q }, may && q !== '');
  return (
    <Select
      {...rest}
      value={value}
      showSearch={{ optionFilterProp: 'search', onSearch: setText }}
      options={offered(choices, q ? choicesOf(found.data?.items ?? [], i18n.language) : [], typed)}
    />
  );
}
