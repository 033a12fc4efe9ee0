import { Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Floor } from '../../api/frames';
import { SearchBox } from '../../ui/SearchBox';
import { type ShownState, StatusMark } from '../../ui/StatusMark';

const STATES: ShownState[] = [
  'ready',
  'ringing',
  'on_contact',
  'held',
  'wrap_up',
  'not_ready',
  'not_responding',
  'disconnected',
];

export interface OperatorFilter {
  query?: string;
  state?: ShownState | undefined;
  queue?: string | undefined;
}

/** A chunk of its own: the room is seen first, narrowed afterwards. */
export default function OperatorFilters({
  queues,
  filter,
  onChange,
}: {
  queues: Floor['queues'];
  filter: OperatorFilter;
  onChange(filter: OperatorFilter): void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <SearchBox onSearch={(query) => onChange({ ...filter, query })} />
      <Select
        allowClear
        aria-label={t('floor.state')}
        placeholder={t('floor.anyState')}
        style={{ width: 170 }}
        value={filter.state ?? null}
        onChange={(state) => onChange({ ...filter, state: state ?? undefined })}
        options={STATES.map((value) => ({ value, label: <StatusMark state={value} /> }))}
      />
      <Select
        allowClear
        aria-label={t('floor.queue')}
        placeholder={t('floor.anyQueue')}
        style={{ width: 170 }}
        value={filter.queue ?? null}
        onChange={(queue) => onChange({ ...filter, queue: queue ?? undefined })}
        options={Object.entries(queues).map(([value, { name }]) => ({ value, label: name }))}
      />
    </>
  );
}
