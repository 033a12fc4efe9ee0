import { Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Promotion, promotions } from '../../api/loyalty';
import { useCan } from '../../api/session';
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

const KINDS = ['general', 'contest', 'coupons'] as const;
const STATUSES = Object.keys(STATUS_COLOURS) as (keyof typeof STATUS_COLOURS)[];

/** Promotions: general ones, contests and coupons, through their statuses (CIMP-SPV-02, CIMP-ST-04). */
export default function PromotionsPage() {
  const { t, i18n } = useTranslation();
  const serve = useCan('loyalty.serve');
  const date = (at: string | null | undefined) => (at ? dateTime(at, i18n.language) : '—');
  return (
    <div className="page">
      <CrudPage<Promotion, PromotionFlat>
        spec={{
          resource: promotions as never,
          read: 'loyalty.read',
          write: serve ? 'loyalty.serve' : 'loyalty.market',
          title: t('loyalty.nav.promotions'),
          note: t('loyalty.promotion.note'),
          empty: t('loyalty.promotion.none'),
          inAddress: true,
          size: 720,
          remove: false,
          filters: (query, ask) => (
            <>
              <Select
                allowClear
                style={{ width: 150 }}
                aria-label={t('loyalty.field.kind')}
                placeholder={t('loyalty.field.kind')}
                value={query.kind as string | undefined}
                onChange={(value: string | undefined) => ask('kind', value)}
                options={KINDS.map((value) => ({
                  value,
                  label: t(`loyalty.promotion.kinds.${value}`),
                }))}
              />
              <Select
                allowClear
                style={{ width: 170 }}
                aria-label={t('loyalty.field.state')}
                placeholder={t('loyalty.field.state')}
                value={query.status as string | undefined}
                onChange={(value: string | undefined) => ask('status', value)}
                options={STATUSES.map((value) => ({
                  value,
                  label: t(`loyalty.promotion.statuses.${value}`),
                }))}
              />
            </>
          ),
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
          fields: (one) => <PromotionFields fresh={!one} />,
        }}
      />
    </div>
  );
}
