import { Descriptions } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Promotion, promotion, rewards } from '../../api/loyalty';
import { useEventTypes } from '../../api/rules';
import { localText } from '../../lib/format';
import { period, UNITS } from '../../ui/decision/period';
import { eventTitle } from '../../ui/decision/sentence';
import { ConditionWords } from './ConditionWords';
import { useBonusTypes, useOne } from './parts';
import { onEvent, TO_WHOM } from './promotion';

type Reward = NonNullable<Promotion['reward']>;

function Coupon({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const { data } = useOne(['loyalty', 'promotion', id], () => promotion(id));
  return (
    <span>
      {t('loyalty.promotion.coupon')}:{' '}
      <Link to={`/loyalty/promotions/${id}`}>
        {localText(data?.title, i18n.language) || data?.code}
      </Link>
    </span>
  );
}

function Item({ id }: { id: string }) {
  const { i18n } = useTranslation();
  const { data } = useOne(['loyalty', 'reward', id], () => rewards.one(id));
  return localText(data?.title, i18n.language) || data?.code;
}

function Gives({ reward }: { reward: Reward }) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  if (reward.kind === 'coupon') return <Coupon id={reward.promotion_id} />;
  if (reward.kind === 'item') return <Item id={reward.reward_id} />;
  const amount = bonus.amount(Number(reward.amount), reward.bonus_type);
  if (!reward.validity_days) return amount;
  const span = period(reward.validity_days * UNITS.day, i18n.language);
  return t('loyalty.promotion.validFor', { amount, span });
}

/** What can be won, best first, with what a winner gets where that is another thing. */
function Prizes({ of }: { of: NonNullable<Promotion['prizes']> }) {
  const { i18n } = useTranslation();
  return of.map(({ title, count, reward }, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: prizes have no other name than their place
    <div key={place}>
      {count} × {localText(title, i18n.language)}
      {reward ? (
        <>
          {' ('}
          <Gives reward={reward} />)
        </>
      ) : null}
    </div>
  ));
}

/** What a promotion is, in words: to whom, what activates it, what it gives (CIMP-SPV-01). */
export function PromotionTerms({ of }: { of: Promotion }) {
  const { t, i18n } = useTranslation();
  const types = useEventTypes().data ?? [];
  const { activation, coupons } = of;
  const long = (key: string, label: string, children: ReactNode) =>
    children ? [{ key, label, children, span: 'filled' as const }] : [];
  const short = (key: string, label: string, children: ReactNode) =>
    children ? [{ key, label, children }] : [];
  return (
    <section className="panel padded">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          ...long(
            'criteria',
            t('loyalty.promotion.criteria'),
            of.criteria ? (
              <ConditionWords place={TO_WHOM} text={of.criteria} />
            ) : (
              t('loyalty.promotion.everybody')
            ),
          ),
          ...long(
            'event',
            t('loyalty.promotion.event'),
            activation
              ? eventTitle(activation.event_type, types, i18n.language)
              : t('loyalty.promotion.byHand'),
          ),
          ...long(
            'condition',
            t('loyalty.promotion.condition'),
            activation?.condition ? (
              <ConditionWords place={onEvent(activation.event_type)} text={activation.condition} />
            ) : null,
          ),
          ...long(
            'reward',
            t('loyalty.promotion.reward'),
            of.reward ? <Gives reward={of.reward} /> : null,
          ),
          ...long(
            'prizes',
            t('loyalty.promotion.prizes'),
            of.prizes?.length ? (
              <div>
                <Prizes of={of.prizes} />
              </div>
            ) : null,
          ),
          ...short('offer_days', t('loyalty.promotion.offerDays'), of.offer_days),
          ...short('rescan_hours', t('loyalty.promotion.rescan'), of.rescan_hours),
          ...short('uses', t('loyalty.promotion.uses'), coupons?.uses),
          ...short('per_account', t('loyalty.promotion.perAccount'), coupons?.per_account),
          ...short('valid_days', t('loyalty.promotion.codeDays'), coupons?.valid_days),
        ]}
      />
    </section>
  );
}
