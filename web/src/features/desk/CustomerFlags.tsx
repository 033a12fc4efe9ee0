import { useTranslation } from 'react-i18next';
import type { Caller } from '../../api/frames';
import { Mark } from '../../ui/Mark';

export function CustomerFlags({ caller }: { caller: Caller }) {
  const { t } = useTranslation();
  return (
    <span className="flags">
      {caller.vip ? <Mark tone="warning">★ VIP</Mark> : null}
      {caller.language ? <Mark>{t(`locale.${caller.language}`)}</Mark> : null}
      {caller.kind === 'organisation' ? <Mark>{t('desk.customer.organisation')}</Mark> : null}
    </span>
  );
}
