import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Caller } from '../../api/frames';

export function CustomerFlags({ caller }: { caller: Caller }) {
  const { t } = useTranslation();
  return (
    <span className="flags">
      {caller.vip ? <Tag color="warning">★ VIP</Tag> : null}
      {caller.language ? <Tag>{t(`locale.${caller.language}`)}</Tag> : null}
      {caller.kind === 'organisation' ? <Tag>{t('desk.customer.organisation')}</Tag> : null}
    </span>
  );
}
