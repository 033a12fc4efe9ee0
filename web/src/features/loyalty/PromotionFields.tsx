import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { promotions, rewards } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useEventTypes } from '../../api/rules';
import { localText } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import { LocalTextField } from '../../ui/crud/fields';
import { eventTitle } from '../../ui/decision/sentence';
import { EventTypeSelect } from '../../ui/EventTypeSelect';
import { ConditionField } from './ConditionField';
import { Prizes, useKinds } from './Prizes';
import { CodeField, OnlyProgramme, useProgrammeOptions } from './parts';
import { onEvent, TO_WHOM } from './promotion';

const KINDS = ['general', 'contest', 'coupons'] as const;
const REWARDS = ['points', 'coupon', 'item'] as const;

function RewardFields() {
  const { t, i18n } = useTranslation();
  const kind = Form.useWatch<string | undefined>('reward_kind');
  const items = useList(rewards, { limit: 200, active: true }, kind === 'item');
  const kinds = useKinds();
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
        <>
          <div className="pair">
            <Form.Item
              name="amount"
              label={t('loyalty.field.amount')}
              rules={[{ required: true, message: t('common.required') }]}
            >
              <InputNumber min={0} style={{ width: '100%' }} />
            </Form.Item>
            <Form.Item
              name="bonus_type"
              label={t('loyalty.field.bonusType')}
              rules={[{ required: true, message: t('common.required') }]}
            >
              <Select options={kinds} />
            </Form.Item>
          </div>
          <Form.Item
            name="validity_days"
            label={t('loyalty.field.validity')}
            extra={t('loyalty.promotion.asBonusType')}
          >
            <InputNumber min={1} max={3650} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        </>
      ) : null}
      {kind === 'item' ? (
        <Form.Item
          name="reward_id"
          label={t('loyalty.field.reward')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            showSearch={{ optionFilterProp: 'label' }}
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
            showSearch={{ optionFilterProp: 'label' }}
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
  if (kind === 'contest') return <Prizes />;
  if (kind === 'coupons')
    return (
      <>
        <div className="pair">
          <Form.Item name="uses" label={t('loyalty.promotion.uses')}>
            <InputNumber min={1} precision={0} style={{ width: '100%' }} />
          </Form.Item>
          <Form.Item name="per_account" label={t('loyalty.promotion.perAccount')}>
            <InputNumber min={1} precision={0} style={{ width: '100%' }} />
          </Form.Item>
        </div>
        <Form.Item name="length" hidden>
          <span />
        </Form.Item>
        <Form.Item name="valid_days" label={t('loyalty.promotion.codeDays')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </>
    );
  return null;
}

/** What a promotion is; code, kind and programme stay once it is made. */
export function PromotionFields({ fresh }: { fresh: boolean }) {
  const { t, i18n } = useTranslation();
  const types = useEventTypes().data ?? [];
  const all = useProgrammeOptions();
  const event = Form.useWatch<string | undefined>(['activation', 'event_type']);
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      <OnlyProgramme />
      <div className="pair">
        <Form.Item name="kind" label={t('loyalty.field.kind')} rules={[{ required: true }]}>
          <Select
            disabled={!fresh}
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
          <Select disabled={!fresh} options={all} />
        </Form.Item>
      </div>
      <Form.Item name="span" label={t('loyalty.field.period')}>
        <DatePicker.RangePicker
          showTime={{ format: 'HH:mm' }}
          format="DD.MM.YYYY HH:mm"
          allowEmpty={[true, true]}
          style={{ width: '100%' }}
        />
      </Form.Item>
      <ConditionField
        name="criteria"
        label={t('loyalty.promotion.criteria')}
        hint={t('loyalty.promotion.criteriaHint')}
        place={TO_WHOM}
      />
      <div className="pair">
        <Form.Item name="offer_days" label={t('loyalty.promotion.offerDays')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="rescan_hours" label={t('loyalty.promotion.rescan')}>
          <InputNumber min={1} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <Form.Item
        name={['activation', 'event_type']}
        label={t('loyalty.promotion.event')}
        extra={t('loyalty.promotion.eventHint', {
          event: eventTitle('loyalty.purchase', types, i18n.language),
        })}
      >
        <EventTypeSelect allowClear types={types} />
      </Form.Item>
      {event ? (
        <ConditionField
          name={['activation', 'condition']}
          label={t('loyalty.promotion.condition')}
          place={onEvent(event)}
        />
      ) : null}
      <RewardFields />
      <KindFields />
      {LANGUAGES.map(({ code, name }) => (
        <Form.Item
          key={code}
          name={['description', code]}
          label={`${t('loyalty.field.description')}, ${name}`}
        >
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} />
        </Form.Item>
      ))}
    </>
  );
}
