import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import {
  programmes,
  promotions,
  rewards,
  type Promotion,
  type PromotionInput,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';
import { LocalTextField, TextField } from '../../ui/crud/fields';

const KINDS = ['general', 'contest', 'coupons'] as const;
const REWARDS = ['points', 'coupon', 'item'] as const;
type RewardOf = NonNullable<PromotionInput['reward']>;

/** As it stands in the form: moments as the calendar takes them, the rest apart. */
export interface PromotionFlat {
  code: string;
  title: PromotionInput['title'];
  kind: PromotionInput['kind'];
  programme_id: string;
  criteria: string;
  span?: [Dayjs | null, Dayjs | null] | null;
  offer_days?: number | null;
  rescan_hours?: number | null;
  event_type?: string;
  condition?: string;
  reward_kind?: RewardOf['kind'];
  bonus_type?: string;
  amount?: number;
  validity_days?: number | null;
  promotion_id?: string;
  reward_id?: string;
  prizes?: { title: string; count: number; amount?: number }[];
  uses?: number;
  valid_days?: number | null;
  per_account?: number | null;
  description?: PromotionInput['description'];
}

export function toFlat(one: Promotion | undefined): Partial<PromotionFlat> {
  if (!one) return { kind: 'general', reward_kind: 'points', uses: 1, criteria: '' };
  const { reward } = one;
  return {
    code: one.code,
    title: one.title,
    description: one.description,
    kind: one.kind,
    programme_id: one.programme_id,
    criteria: one.criteria ?? '',
    span: [one.starts_at ? dayjs(one.starts_at) : null, one.ends_at ? dayjs(one.ends_at) : null],
    offer_days: one.offer_days ?? null,
    rescan_hours: one.rescan_hours ?? null,
    event_type: one.activation?.event_type ?? '',
    condition: one.activation?.condition ?? '',
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
      ...(prize.reward?.kind === 'points' ? { amount: Number(prize.reward.amount) } : {}),
    })),
    uses: one.coupons?.uses ?? 1,
    valid_days: one.coupons?.valid_days ?? null,
    per_account: one.coupons?.per_account ?? null,
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

export function fromFlat(flat: PromotionFlat): PromotionInput {
  const bonus = flat.bonus_type ?? '';
  return {
    code: flat.code,
    title: flat.title,
    description: flat.description ?? {},
    kind: flat.kind,
    programme_id: flat.programme_id,
    criteria: flat.criteria ?? '',
    starts_at: flat.span?.[0]?.toISOString() ?? null,
    ends_at: flat.span?.[1]?.toISOString() ?? null,
    offer_days: flat.offer_days ?? null,
    rescan_hours: flat.rescan_hours ?? null,
    activation: flat.event_type
      ? { event_type: flat.event_type, condition: flat.condition ?? '' }
      : null,
    reward: rewardOf(flat),
    prizes:
      flat.kind === 'contest'
        ? (flat.prizes ?? []).map((prize) => ({
            title: { ru: prize.title, en: prize.title, uz: prize.title },
            count: prize.count,
            reward: prize.amount
              ? { kind: 'points', bonus_type: bonus, amount: prize.amount as never }
              : null,
          }))
        : [],
    coupons:
      flat.kind === 'coupons'
        ? {
            uses: flat.uses ?? 1,
            valid_days: flat.valid_days ?? null,
            per_account: flat.per_account ?? null,
          }
        : null,
  } as PromotionInput;
}

function RewardFields() {
  const { t, i18n } = useTranslation();
  const kind = Form.useWatch<string | undefined>('reward_kind');
  const items = useList(rewards, { limit: 200, active: true }, kind === 'item');
  const coupons = useList(promotions, { limit: 100, kind: 'coupons' }, kind === 'coupon');
  return (
    <>
      <Form.Item name="reward_kind" label={t('loyalty.promotion.reward')}>
        <Select
          allowClear
          options={REWARDS.map((value) => ({
            value,
            label: t(`loyalty.promotion.rewards.${value}`),
          }))}
        />
      </Form.Item>
      {kind === 'points' ? (
        <div className="pair">
          <Form.Item
            name="amount"
            label={t('loyalty.field.amount')}
            rules={[{ required: true, message: t('common.required') }]}
          >
            <InputNumber min={0} style={{ width: '100%' }} />
          </Form.Item>
          <TextField name="bonus_type" label={t('loyalty.field.bonusType')} />
        </div>
      ) : null}
      {kind === 'item' ? (
        <Form.Item
          name="reward_id"
          label={t('loyalty.field.reward')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={(items.data?.items ?? []).map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
      {kind === 'coupon' ? (
        <Form.Item
          name="promotion_id"
          label={t('loyalty.promotion.coupons')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={(coupons.data?.items ?? []).map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
    </>
  );
}

function KindFields() {
  const { t } = useTranslation();
  const kind = Form.useWatch<string | undefined>('kind');
  if (kind === 'contest')
    return (
      <Form.List name="prizes">
        {(rows, { add, remove }) => (
          <Form.Item label={t('loyalty.promotion.prizes')}>
            {rows.map((row) => (
              <div className="row list-row" key={row.key}>
                <Form.Item
                  name={[row.name, 'title']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Input placeholder={t('loyalty.field.title')} />
                </Form.Item>
                <Form.Item name={[row.name, 'count']} noStyle>
                  <InputNumber min={1} precision={0} aria-label={t('loyalty.field.quantity')} />
                </Form.Item>
                <Form.Item name={[row.name, 'amount']} noStyle>
                  <InputNumber min={0} placeholder={t('loyalty.field.amount')} />
                </Form.Item>
                <button type="button" className="link" onClick={() => remove(row.name)}>
                  {t('common.delete')}
                </button>
              </div>
            ))}
            <button type="button" className="link" onClick={() => add({ count: 1 })}>
              {t('loyalty.promotion.addPrize')}
            </button>
          </Form.Item>
        )}
      </Form.List>
    );
  if (kind === 'coupons')
    return (
      <div className="pair">
        <Form.Item name="uses" label={t('loyalty.promotion.uses')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="valid_days" label={t('loyalty.field.validity')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
    );
  return null;
}

export function PromotionFields() {
  const { t, i18n } = useTranslation();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  return (
    <>
      <TextField name="code" label={t('loyalty.field.code')} hint={t('loyalty.master.codeStays')} />
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <div className="pair">
        <Form.Item name="kind" label={t('loyalty.field.kind')} rules={[{ required: true }]}>
          <Select
            options={KINDS.map((value) => ({
              value,
              label: t(`loyalty.promotion.kinds.${value}`),
            }))}
          />
        </Form.Item>
        <Form.Item
          name="programme_id"
          label={t('loyalty.members.programme')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={all.map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="span" label={t('loyalty.field.period')}>
        <DatePicker.RangePicker showTime allowEmpty={[true, true]} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item
        name="criteria"
        label={t('loyalty.promotion.criteria')}
        extra={t('loyalty.promotion.criteriaHint')}
      >
        <Input.TextArea rows={2} spellCheck={false} />
      </Form.Item>
      <div className="pair">
        <Form.Item name="offer_days" label={t('loyalty.promotion.offerDays')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="rescan_hours" label={t('loyalty.promotion.rescan')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <TextField
        name="event_type"
        label={t('loyalty.promotion.event')}
        hint={t('loyalty.promotion.eventHint')}
        optional
      />
      <TextField name="condition" label={t('loyalty.promotion.condition')} optional />
      <RewardFields />
      <KindFields />
      <Form.Item name="description" hidden>
        <span />
      </Form.Item>
    </>
  );
}
