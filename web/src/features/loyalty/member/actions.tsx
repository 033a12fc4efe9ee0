import { Form, Input, InputNumber, Radio, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type Adjusted,
  adjust,
  award,
  changeService,
  connect,
  type Profile,
  returnGoods,
  type Service,
  type ServiceInput,
} from '../../../api/loyalty';
import { localText } from '../../../lib/format';
import { AmountField, ReasonField, useBonusTypes } from '../parts';
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

/** The kind of points that an operation begins with. */
export const first = (member: Profile) => member.balances[0]?.bonus_type ?? '';

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
      <Form.Item name="way" label={t('loyalty.field.what')} required>
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
  const bonus = useBonusTypes();
  return (
    <ActionDrawer<{ purchase: string; amount?: string; reason?: string }>
      title={t('loyalty.member.returnGoods')}
      onClose={onClose}
      send={async ({ amount, ...rest }) => {
        const { taken } = await returnGoods(member.id, { ...rest, ...(amount ? { amount } : {}) });
        return t('loyalty.member.takenBack', {
          amount: taken.map((one) => bonus.amount(one.amount, one.bonus_type)).join(', '),
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

/** Connects a service, or changes what is known of one. */
export function ServiceDrawer({ member, service, onClose }: Props & { service?: Service }) {
  const { t } = useTranslation();
  return (
    <ActionDrawer<ServiceInput>
      title={t(service ? 'loyalty.member.changeService' : 'loyalty.member.connect')}
      {...(service ? { initial: service } : {})}
      onClose={onClose}
      send={async ({ code, name, user_id, line }) => {
        const fields = { code, name, user_id, line };
        await (service ? changeService(service.id, fields) : connect(member.id, fields));
        return undefined;
      }}
    >
      <ServiceFields />
    </ActionDrawer>
  );
}
