import dayjs, { type Dayjs } from 'dayjs';
import type { Criteria } from '../../api/automation';
import type { ConditionPlace, Promotion, PromotionInput } from '../../api/loyalty';
import { conditionText, kept } from './condition';

type RewardOf = NonNullable<PromotionInput['reward']>;

/** A prize as a row of the form; what the form cannot say of one that exists is kept. */
interface PrizeRow {
  title: string;
  count: number;
  amount?: number | null;
  bonus_type?: string;
  kept?: NonNullable<PromotionInput['prizes']>[number];
}

/** As it stands in the form: moments as the calendar takes them, the rest apart. */
export interface PromotionFlat {
  code: string;
  title: PromotionInput['title'];
  kind: PromotionInput['kind'];
  programme_id: string;
  criteria: Criteria;
  span?: [Dayjs | null, Dayjs | null] | null;
  offer_days?: number | null;
  rescan_hours?: number | null;
  activation?: { event_type?: string; condition?: Criteria };
  reward_kind?: RewardOf['kind'];
  bonus_type?: string;
  amount?: number;
  validity_days?: number | null;
  promotion_id?: string;
  reward_id?: string;
  prizes?: PrizeRow[];
  uses?: number;
  valid_days?: number | null;
  per_account?: number | null;
  length?: NonNullable<PromotionInput['coupons']>['length'];
  description?: PromotionInput['description'];
}

export function toFlat(one: Promotion | undefined): Partial<PromotionFlat> {
  if (!one) return { kind: 'general', reward_kind: 'points', uses: 1 };
  const { reward } = one;
  return {
    code: one.code,
    title: one.title,
    description: one.description,
    kind: one.kind,
    programme_id: one.programme_id,
    criteria: kept(one.criteria),
    span: [one.starts_at ? dayjs(one.starts_at) : null, one.ends_at ? dayjs(one.ends_at) : null],
    offer_days: one.offer_days ?? null,
    rescan_hours: one.rescan_hours ?? null,
    activation: {
      event_type: one.activation?.event_type ?? '',
      condition: kept(one.activation?.condition),
    },
    ...(reward ? { reward_kind: reward.kind } : {}),
    ...(reward?.kind === 'points'
      ? {
          bonus_type: reward.bonus_type,
          amount: Number(reward.amount),
          validity_days: reward.validity_days ?? null,
        }
      : {}),
    ...(reward?.kind === 'coupon' ? { promotion_id: reward.promotion_id } : {}),
    ...(reward?.kind === 'item' ? { reward_id: reward.reward_id } : {}),
    prizes: (one.prizes ?? []).map((prize) => ({
      title: Object.values(prize.title)[0] ?? '',
      count: prize.count,
      kept: prize,
      ...(prize.reward?.kind === 'points'
        ? { amount: Number(prize.reward.amount), bonus_type: prize.reward.bonus_type }
        : {}),
    })),
    uses: one.coupons?.uses ?? 1,
    valid_days: one.coupons?.valid_days ?? null,
    per_account: one.coupons?.per_account ?? null,
    ...(one.coupons?.length ? { length: one.coupons.length } : {}),
  };
}

function rewardOf(flat: PromotionFlat): PromotionInput['reward'] {
  switch (flat.reward_kind) {
    case 'points':
      return {
        kind: 'points',
        bonus_type: flat.bonus_type ?? '',
        amount: (flat.amount ?? 0) as never,
        validity_days: flat.validity_days ?? null,
      };
    case 'coupon':
      return { kind: 'coupon', promotion_id: flat.promotion_id ?? '' };
    case 'item':
      return { kind: 'item', reward_id: flat.reward_id ?? '' };
    default:
      return null;
  }
}

function prizeOf({ title, count, amount, bonus_type, kept }: PrizeRow) {
  const same = kept && Object.values(kept.title)[0] === title;
  const other = kept?.reward && kept.reward.kind !== 'points' ? kept.reward : null;
  return {
    title: same ? kept.title : { ru: title, en: title, uz: title },
    count,
    reward: amount && bonus_type ? { kind: 'points', bonus_type, amount: amount as never } : other,
  };
}

/** Where the conditions of a promotion stand. */
export const TO_WHOM: ConditionPlace = { of: 'promotion' };
export const onEvent = (event: string | undefined): ConditionPlace => ({ of: 'activation', event });

export async function fromFlat(flat: PromotionFlat): Promise<PromotionInput> {
  const { event_type, condition } = flat.activation ?? {};
  return {
    code: flat.code,
    title: flat.title,
    description: flat.description ?? {},
    kind: flat.kind,
    programme_id: flat.programme_id,
    criteria: await conditionText(TO_WHOM, flat.criteria, '/criteria'),
    starts_at: flat.span?.[0]?.toISOString() ?? null,
    ends_at: flat.span?.[1]?.toISOString() ?? null,
    offer_days: flat.offer_days ?? null,
    rescan_hours: flat.rescan_hours ?? null,
    activation: event_type
      ? {
          event_type,
          condition: await conditionText(onEvent(event_type), condition, '/activation/condition'),
        }
      : null,
    reward: rewardOf(flat),
    prizes: flat.kind === 'contest' ? (flat.prizes ?? []).map(prizeOf) : [],
    coupons:
      flat.kind === 'coupons'
        ? {
            uses: flat.uses ?? 1,
            valid_days: flat.valid_days ?? null,
            per_account: flat.per_account ?? null,
            ...(flat.length ? { length: flat.length } : {}),
          }
        : null,
  } as PromotionInput;
}
