import { SearchOutlined } from '@ant-design/icons';
import { Input } from 'antd';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';

const PAUSE_MS = 250;

/** A search that waits for a pause in typing. */
export function SearchBox({
  onSearch,
  initial = '',
}: {
  onSearch(query: string): void;
  initial?: string;
}) {
  const { t } = useTranslation();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  return (
    <Input
      allowClear
      prefix={<SearchOutlined />}
      style={{ width: 220 }}
      type="search"
      aria-label={t('common.search')}
      placeholder={t('common.search')}
      defaultValue={initial}
      onChange={(event) => {
        clearTimeout(timer.current);
        const { value } = event.target;
        timer.current = setTimeout(() => onSearch(value), PAUSE_MS);
      }}
    />
  );
}
