import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { InstanceState } from '../../api/flow-types';

const COLOURS: Record<InstanceState, string> = {
  running: 'default',
  waiting: 'warning',
  failed: 'error',
  done: 'success',
  cancelled: 'default',
};

/** Where a run stands, in words; the colour only repeats it. */
export function InstanceTag({ state }: { state: InstanceState }) {
  const { t } = useTranslation();
  return <Tag color={COLOURS[state]}>{t(`flows.state.${state}`)}</Tag>;
}
