import { Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Promotion, promotions } from '../../api/loyalty';
import { dateTime, localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { PromotionFields } from './PromotionFields';
import { fromFlat, type PromotionFlat, toFlat } from './promotion';

export const STATUS_COLOURS = {
  draft: 'default',
  running: 'success',
  suspended: 'warning',
  completed: 'processing',
  archived: 'default',
  deleted: 'error',
} as const;

/** Promotions: general ones, contests and coupons, through their statuses (CIMP-SPV-02, CIMP-ST-04). */
export default function PromotionsPage() {
  const { t, i18n } = useTranslation();
  const date = (at: string | null | undefined) => (at ? dateTime(at, i18n.language) : '—');
  return (
    <div className="page">
      <CrudPage<Promotion, PromotionFlat>
        spec={{
          resource: promotions as never,
          read: 'loyalty.read',
          write: 'loyalty.market',
          title: t('loyalty.nav.promotions'),
          note: t('loyalty.promotion.note'),
          remove: false,
          name: (one) => localText(one.title, i18n.language) || one.code,
          columns: [
            {
              title: t('loyalty.field.title'),
              render: (_, one) => (
                <Link to={`/loyalty/promotions/${one.id}`}>
                  {localText(one.title, i18n.language) || one.code}
                </Link>
              ),
            },
            {
              title: t('loyalty.field.kind'),
              render: (_, one) => t(`loyalty.promotion.kinds.${one.kind}`),
            },
            {
              title: t('loyalty.field.state'),
              render: (_, one) => (
                <Tag color={STATUS_COLOURS[one.status]}>
                  {t(`loyalty.promotion.statuses.${one.status}`)}
                </Tag>
              ),
            },
            { title: t('loyalty.field.from'), render: (_, one) => date(one.starts_at) },
            { title: t('loyalty.field.to'), render: (_, one) => date(one.ends_at) },
          ],
          initial: toFlat,
          toInput: fromFlat as never,
          fields: () => <PromotionFields />,
        }}
      />
    </div>
  );
}
