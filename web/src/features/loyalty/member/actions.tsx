import { Form, Input, InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type Adjusted,
  adjust,
  award,
  connect,
  convert,
  orders,
  type Profile,
  partners,
  returnGoods,
  rewards,
  type ServiceInput,
} from '../../../api/loyalty';
import { useList } from '../../../api/query';
import { localText } from '../../../lib/format';
import { AmountField, ReasonField, usePoints } from '../parts';
import { ActionDrawer } from './ActionDrawer';
import { ServiceFields } from './ServiceFields';

interface Props {
  member: Profile;
  onClose(): void;
}

export function BonusTypeField({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const options = member.balances.map((one) => ({
    value: one.bonus_type,
    label: localText(one.title, i18n.language) || one.bonus_type,
  }));
  return (
    <Form.Item
      name="bonus_type"
      label={t('loyalty.field.bonusType')}
      rules={[{ required: true, message: t('common.required') }]}
    >
      <Select options={options} />
    </Form.Item>
  );
}

const first = (member: Profile) => member.balances[0]?.bonus_type ?? '';

function useWaits() {
  const { t } = useTranslation();
  return (made: Adjusted) => (made.state === 'waiting' ? t('loyalty.member.waits') : undefined);
}

function CommentField() {
  const { t } = useTranslation();
  return (
    <Form.Item name="comment" label={t('loyalty.field.comment')}>
      <Input.TextArea rows={2} maxLength={2000} />
    </Form.Item>
  );
}

interface AwardValues {
  bonus_type: string;
  amount: string;
  reason: string;
  comment?: string;
  validity_days?: number;
}

export function AwardDrawer({ member, onClose }: Props) {
  const { t } = useTranslation();
  const waits = useWaits();
  return (
    <ActionDrawer<AwardValues>
      title={t('loyalty.member.award')}
      initial={{ bonus_type: first(member) }}
      onClose={onClose}
      send={async (values) => waits(await award(member.id, values))}
    >
      <BonusTypeField member={member} />
      <AmountField name="amount" label={t('loyalty.field.amount')} />
      <ReasonField area="award" />
      <Form.Item name="validity_days" label={t('loyalty.field.validity')}>
        <InputNumber min={1} max={3650} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <CommentField />
    </ActionDrawer>
  );
}

export function AdjustDrawer({ member, onClose }: Props) {
  const { t } = useTranslation();
  const waits = useWaits();
  return (
    <ActionDrawer<AwardValues & { way: 'credit' | 'debit' }>
      title={t('loyalty.member.adjust')}
      initial={{ bonus_type: first(member), way: 'credit' }}
      onClose={onClose}
      send={async ({ way, amount, ...rest }) =>
        waits(await adjust(member.id, { ...rest, amount: way === 'debit' ? `-${amount}` : amount }))
      }
    >
      <Form.Item name="way" label={t('loyalty.field.what')}>
        <Radio.Group
          optionType="button"
          options={(['credit', 'debit'] as const).map((value) => ({
            value,
            label: t(`loyalty.member.${value}`),
          }))}
        />
      </Form.Item>
      <BonusTypeField member={member} />
      <AmountField name="amount" label={t('loyalty.field.amount')} />
      <ReasonField area="adjustment" />
      <CommentField />
    </ActionDrawer>
  );
}

export function ReturnDrawer({ member, onClose }: Props) {
  const { t } = useTranslation();
  const points = usePoints();
  return (
    <ActionDrawer<{ purchase: string; amount?: string; reason?: string }>
      title={t('loyalty.member.returnGoods')}
      onClose={onClose}
      send={async ({ amount, ...rest }) => {
        const { taken } = await returnGoods(member.id, { ...rest, ...(amount ? { amount } : {}) });
        return t('loyalty.member.takenBack', {
          amount: taken.map((one) => `${points(one.amount)} ${one.bonus_type}`).join(', '),
        });
      }}
    >
      <Form.Item
        name="purchase"
        label={t('loyalty.field.purchase')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="amount"
        label={t('loyalty.field.returned')}
        extra={t('loyalty.field.wholly')}
      >
        <InputNumber min={0} stringMode style={{ width: '100%' }} />
      </Form.Item>
      <ReasonField area="return" optional />
    </ActionDrawer>
  );
}

export function ServiceDrawer({ member, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <ActionDrawer<ServiceInput>
      title={t('loyalty.member.connect')}
      onClose={onClose}
      send={async (values) => {
        await connect(member.id, values);
        return undefined;
      }}
    >
      <ServiceFields />
    </ActionDrawer>
  );
}

interface OrderValues {
  reward: string;
  quantity: number;
  bonus_type?: string;
  note?: string;
}

export function OrderDrawer({ member, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const list = useList(rewards, { limit: 200, offered: true });
  const options = (list.data?.items ?? []).map((one) => ({
    value: one.code,
    label: `${localText(one.title, i18n.language) || one.code}: ${one.prices
      .map((price) => `${points(price.amount)} ${price.bonus_type}`)
      .join(', ')}`,
  }));
  return (
    <ActionDrawer<OrderValues>
      title={t('loyalty.member.order')}
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
      <Form.Item
        name="reward"
        label={t('loyalty.field.reward')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select showSearch={{ optionFilterProp: 'label' }} options={options} />
      </Form.Item>
      <Form.Item name="quantity" label={t('loyalty.field.quantity')}>
        <InputNumber min={1} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="note" label={t('loyalty.field.comment')}>
        <Input.TextArea rows={2} maxLength={1000} />
      </Form.Item>
    </ActionDrawer>
  );
}

export function ConvertDrawer({ member, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const list = useList(partners, { limit: 200, active: true });
  const options = (list.data?.items ?? [])
    .filter((one) => one.currency)
    .map((one) => ({
      value: one.code,
      label: `${localText(one.title, i18n.language) || one.code} (${one.currency?.code})`,
    }));
  return (
    <ActionDrawer<{ partner: string; bonus_type: string; amount: string }>
      title={t('loyalty.member.convert')}
      initial={{ bonus_type: first(member) }}
      onClose={onClose}
      send={async (values) => {
        await convert({ ...values, account: member.id, amount: Number(values.amount) });
        return undefined;
      }}
    >
      <Form.Item
        name="partner"
        label={t('loyalty.field.partner')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select options={options} />
      </Form.Item>
      <BonusTypeField member={member} />
      <AmountField name="amount" label={t('loyalty.field.amount')} />
    </ActionDrawer>
  );
}
