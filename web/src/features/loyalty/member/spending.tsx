import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { convert, orders, type Profile, partners, rates, rewards } from '../../../api/loyalty';
import { useList } from '../../../api/query';
import { localText } from '../../../lib/format';
import { AmountField, useBonusTypes, useOne, usePoints } from '../parts';
import { ActionDrawer } from './ActionDrawer';
import { BonusTypeField, first } from './actions';

interface Props {
  member: Profile;
  onClose(): void;
}

interface OrderValues {
  reward: string;
  quantity: number;
  bonus_type?: string;
  note?: string;
}

/** What can be spent of each kind of points. */
function useAvailable(member: Profile) {
  const bonus = useBonusTypes();
  return member.balances.map((one) => bonus.amount(one.available, one.bonus_type)).join(', ');
}

/** Places an application for a reward of the catalogue (CIMP-RED-02). */
export function OrderDrawer({ member, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const bonus = useBonusTypes();
  const available = useAvailable(member);
  const list = useList(rewards, { limit: 500, offered: true });
  const items = list.data?.items ?? [];
  const price = (one: { amount: number; bonus_type: string }, times = 1) =>
    bonus.amount(one.amount * times, one.bonus_type);
  const options = items.map((one) => ({
    value: one.code,
    label: `${localText(one.title, i18n.language) || one.code}: ${one.prices.map((of) => price(of)).join(', ')}`,
  }));
  const [form] = Form.useForm<OrderValues>();
  const code = Form.useWatch('reward', form);
  const quantity = Form.useWatch('quantity', form) ?? 1;
  const chosen = items.find((one) => one.code === code);
  return (
    <ActionDrawer<OrderValues>
      title={t('loyalty.member.order')}
      form={form}
      initial={{ quantity: 1 }}
      onClose={onClose}
      send={async ({ bonus_type, note, ...rest }) => {
        const made = await orders.create({
          ...rest,
          account: member.id,
          bonus_type: bonus_type ?? null,
          note: note ?? '',
        });
        return t('loyalty.order.made', { number: made.number });
      }}
    >
      <p className="dim">
        {t('loyalty.member.available')}: {available}
      </p>
      <Form.Item
        name="reward"
        label={t('loyalty.field.reward')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={options}
          loading={list.isPending}
          notFoundContent={t('loyalty.reward.noneOffered')}
        />
      </Form.Item>
      {chosen && chosen.prices.length > 1 ? (
        <Form.Item
          name="bonus_type"
          label={t('loyalty.field.bonusType')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={chosen.prices.map((one) => ({
              value: one.bonus_type,
              label: price(one),
            }))}
          />
        </Form.Item>
      ) : null}
      <Form.Item
        name="quantity"
        label={t('loyalty.field.quantity')}
        rules={[{ required: true, message: t('common.required') }]}
        extra={
          chosen?.prices.length === 1
            ? `${t('loyalty.field.price')}: ${chosen.prices.map((one) => price(one, quantity)).join('')}`
            : undefined
        }
      >
        <InputNumber min={1} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="note" label={t('loyalty.field.comment')}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface ConvertValues {
  partner: string;
  bonus_type: string;
  amount: string;
}

/** Exchanges points for those of a partner at the rate that counts now (CIMP-PRT-03). */
export function ConvertDrawer({ member, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const bonus = useBonusTypes();
  const available = useAvailable(member);
  const list = useList(partners, { limit: 500, active: true });
  const items = (list.data?.items ?? []).filter((one) => one.currency);
  const [form] = Form.useForm<ConvertValues>();
  const code = Form.useWatch('partner', form);
  const kind = Form.useWatch('bonus_type', form);
  const chosen = items.find((one) => one.code === code);
  const found = useOne(
    ['loyalty', 'rates', chosen?.id],
    () => rates.list({ partner_id: chosen?.id, at: new Date().toISOString(), limit: 100 }),
    Boolean(chosen),
  );
  // The newest that has begun counts.
  const rate = (found.data?.items ?? [])
    .filter((one) => one.bonus_type === kind)
    .sort((a, b) => b.valid_from.localeCompare(a.valid_from))[0];
  const told = rate
    ? t('loyalty.partner.told', {
        give: bonus.amount(rate.give, rate.bonus_type),
        get: `${points(rate.get)} ${chosen?.currency?.code ?? ''}`,
        least: points(rate.minimum ?? rate.give),
      })
    : chosen && found.data
      ? t('loyalty.partner.noRates')
      : undefined;
  return (
    <ActionDrawer<ConvertValues>
      title={t('loyalty.member.convert')}
      form={form}
      initial={{ bonus_type: first(member) }}
      onClose={onClose}
      send={async (values) => {
        const made = await convert({
          ...values,
          account: member.id,
          amount: Number(values.amount),
        });
        return t('loyalty.partner.became', {
          given: bonus.amount(Number(values.amount), values.bonus_type),
          got: `${points(made.got)} ${made.currency}`,
        });
      }}
    >
      <p className="dim">
        {t('loyalty.member.available')}: {available}
      </p>
      <Form.Item
        name="partner"
        label={t('loyalty.field.partner')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select
          loading={list.isPending}
          notFoundContent={t('loyalty.partner.noneConverts')}
          options={items.map((one) => ({
            value: one.code,
            label: `${localText(one.title, i18n.language) || one.code} (${one.currency?.code})`,
          }))}
        />
      </Form.Item>
      <BonusTypeField member={member} />
      <AmountField name="amount" label={t('loyalty.field.amount')} extra={told} />
    </ActionDrawer>
  );
}
