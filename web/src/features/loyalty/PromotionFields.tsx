import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { programmes, promotions, rewards } from '../../api/loyalty';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';
import { LocalTextField, TextField } from '../../ui/crud/fields';

const KINDS = ['general', 'contest', 'coupons'] as const;
const REWARDS = ['points', 'coupon', 'item'] as const;
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
