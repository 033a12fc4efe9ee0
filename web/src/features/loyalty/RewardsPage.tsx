import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Form, Input, InputNumber, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  bonusTypes,
  type Programme,
  partners,
  programmes,
  type Reward,
  type RewardInput,
  rewards,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, SwitchField, TextField } from '../../ui/crud/fields';
import { usePoints } from './parts';
import { StockButton } from './StockButton';

/** The form is flat; the server wants the reward apart from its prices and stock. */
type Flat = RewardInput['reward'] & Pick<RewardInput, 'prices' | 'stock'>;
const KINDS = ['gift', 'product', 'partner_service'] as const;

function useBonusTypeOptions(programme: Programme | undefined) {
  const { i18n } = useTranslation();
  const list = useList(bonusTypes(programme?.id ?? ''), { limit: 100 }, Boolean(programme));
  return (list.data?.items ?? []).map((one) => ({
    value: one.code,
    label: localText(one.title, i18n.language) || one.code,
  }));
}

function Prices() {
  const { t } = useTranslation();
  const all = useList(programmes, { limit: 100 });
  const options = useBonusTypeOptions(all.data?.items[0]);
  return (
    <Form.Item label={t('loyalty.field.price')} required>
      <Form.List name="prices">
        {(rows, { add, remove }) => (
          <>
            {rows.map((row) => (
              <div className="row list-row" key={row.key}>
                <Form.Item
                  name={[row.name, 'amount']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <InputNumber min={0} aria-label={t('loyalty.field.amount')} />
                </Form.Item>
                <Form.Item
                  name={[row.name, 'bonus_type']}
                  noStyle
                  rules={[{ required: true, message: t('common.required') }]}
                >
                  <Select
                    style={{ flex: 1 }}
                    aria-label={t('loyalty.field.bonusType')}
                    options={options}
                  />
                </Form.Item>
                <Button
                  type="text"
                  icon={<MinusCircleOutlined />}
                  aria-label={t('common.delete')}
                  onClick={() => remove(row.name)}
                />
              </div>
            ))}
            <Button
              type="dashed"
              icon={<PlusOutlined />}
              onClick={() => add({ bonus_type: options[0]?.value })}
            >
              {t('loyalty.reward.addPrice')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  );
}

function Fields({ fresh }: { fresh: boolean }) {
  const { t, i18n } = useTranslation();
  const kind = Form.useWatch<string | undefined>('kind');
  const all = useList(partners, { limit: 200, active: true });
  return (
    <>
      <TextField name="code" label={t('loyalty.field.code')} hint={t('loyalty.master.codeStays')} />
      <Form.Item name="kind" label={t('loyalty.field.kind')} rules={[{ required: true }]}>
        <Select options={KINDS.map((value) => ({ value, label: t(`loyalty.reward.${value}`) }))} />
      </Form.Item>
      {kind === 'partner_service' ? (
        <Form.Item
          name="partner_id"
          label={t('loyalty.field.partner')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={(all.data?.items ?? []).map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <Form.Item name={['description', 'ru']} label={`${t('loyalty.field.description')}, ru`}>
        <Input.TextArea rows={2} />
      </Form.Item>
      <Prices />
      {fresh ? (
        <Form.Item
          name="stock"
          label={t('loyalty.field.stock')}
          extra={t('loyalty.reward.stockHint')}
        >
          <InputNumber min={0} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      ) : null}
      <div className="pair">
        <SwitchField name="physical" label={t('loyalty.reward.physical')} />
        <SwitchField name="needs_confirmation" label={t('loyalty.reward.confirmation')} />
      </div>
      <SwitchField name="active" label={t('loyalty.field.active')} />
      {(['valid_from', 'valid_until', 'picture'] as const).map((name) => (
        <Form.Item key={name} name={name} hidden>
          <span />
        </Form.Item>
      ))}
    </>
  );
}

/** What members get for their points (CIMP-RED-01). */
export default function RewardsPage() {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const flat = {
    ...rewards,
    create: ({ prices, stock: units, ...reward }: Flat) =>
      rewards.create({ reward, prices, stock: units ?? null }),
    change: (id: string, version: number, { prices, stock: _, ...reward }: Flat) =>
      rewards.change(id, version, { reward, prices }),
  };
  return (
    <div className="page">
      <CrudPage<Reward, Flat>
        spec={{
          resource: flat,
          read: 'loyalty.read',
          write: 'loyalty.market',
          title: t('loyalty.nav.rewards'),
          note: t('loyalty.reward.note'),
          name: (one) => localText(one.title, i18n.language) || one.code,
          columns: [
            { title: t('loyalty.field.code'), dataIndex: 'code' },
            {
              title: t('loyalty.field.title'),
              render: (_, one) => localText(one.title, i18n.language),
            },
            {
              title: t('loyalty.field.kind'),
              render: (_, one) => t(`loyalty.reward.${one.kind}`),
            },
            {
              title: t('loyalty.field.price'),
              align: 'right',
              render: (_, one) =>
                one.prices.map((price) => `${points(price.amount)} ${price.bonus_type}`).join(', '),
            },
            {
              title: t('loyalty.field.stock'),
              align: 'right',
              render: (_, one) => one.stock ?? t('loyalty.field.noLimit'),
            },
            {
              title: t('loyalty.field.active'),
              render: (_, one) => (
                <Tag color={one.active ? 'success' : 'default'}>
                  {t(one.active ? 'common.yes' : 'common.no')}
                </Tag>
              ),
            },
          ],
          initial: (one) => {
            if (!one)
              return {
                kind: 'gift',
                physical: true,
                needs_confirmation: true,
                active: true,
                prices: [{} as never],
              };
            const { id: _i, created_at: _c, updated_at: _u, version: _v, prices, ...rest } = one;
            return {
              ...rest,
              prices: prices.map(({ bonus_type, amount }) => ({ bonus_type, amount })),
            } as Flat;
          },
          fields: (one) => <Fields fresh={!one} />,
          rowActions: (one) => <StockButton reward={one} />,
        }}
      />
    </div>
  );
}
