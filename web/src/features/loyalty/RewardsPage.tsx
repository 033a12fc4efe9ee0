import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Query } from '../../api/http';
import { partners, type Reward, type RewardInput, rewards } from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, SwitchField } from '../../ui/crud/fields';
import { ActiveFilter, ActiveTag, CodeField, useBonusTypes, usePoints } from './parts';
import { StockButton } from './StockButton';

/** The form is flat; the server wants the reward apart from its prices and stock. */
type Flat = Omit<RewardInput['reward'], 'valid_from' | 'valid_until'> &
  Pick<RewardInput, 'prices' | 'stock'> & { span?: [Dayjs | null, Dayjs | null] | null };
const KINDS = ['gift', 'product', 'partner_service'] as const;

function Prices() {
  const { t, i18n } = useTranslation();
  const options = useBonusTypes().list.map((one) => ({
    value: one.code,
    label: localText(one.title, i18n.language) || one.code,
  }));
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

function Fields({ fresh, partner }: { fresh: boolean; partner: string | undefined }) {
  const { t, i18n } = useTranslation();
  const kind = Form.useWatch<string | undefined>('kind');
  const markets = useCan('loyalty.market');
  const all = useList(partners, { limit: 500, active: true });
  // Who works for a partner offers its services alone.
  const kinds = markets && !partner ? KINDS : (['partner_service'] as const);
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      <Form.Item
        name="kind"
        label={t('loyalty.field.kind')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select options={kinds.map((value) => ({ value, label: t(`loyalty.reward.${value}`) }))} />
      </Form.Item>
      {kind === 'partner_service' ? (
        <Form.Item
          name="partner_id"
          label={t('loyalty.field.partner')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            disabled={Boolean(partner)}
            options={(all.data?.items ?? []).map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
      {LANGUAGES.map(({ code, name }) => (
        <Form.Item
          key={code}
          name={['description', code]}
          label={`${t('loyalty.field.description')}, ${name}`}
        >
          <Input.TextArea autoSize={{ minRows: 1, maxRows: 4 }} />
        </Form.Item>
      ))}
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
      <Form.Item name="span" label={t('loyalty.reward.offered')}>
        <DatePicker.RangePicker allowEmpty={[true, true]} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="picture" hidden>
        <span />
      </Form.Item>
    </>
  );
}

/** From the first day to the end of the last one, both may be open. */
const spanOf = (span: Flat['span']) => ({
  valid_from: span?.[0]?.startOf('day').toISOString() ?? null,
  valid_until: span?.[1]?.endOf('day').toISOString() ?? null,
});
const at = (moment: string | null | undefined) => (moment ? dayjs(moment) : null);

/** What members get for their points: all of it, or the services of a partner. */
export function Rewards({ partner }: { partner?: string }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const bonus = useBonusTypes();
  const markets = useCan('loyalty.market');
  const flat = {
    ...rewards,
    list: (query: Query = {}, signal?: AbortSignal) =>
      rewards.list(partner ? { ...query, partner_id: partner } : query, signal),
    create: ({ prices, stock: units, span, ...reward }: Flat) =>
      rewards.create({ reward: { ...reward, ...spanOf(span) }, prices, stock: units ?? null }),
    change: (id: string, version: number, { prices, stock: _, span, ...reward }: Flat) =>
      rewards.change(id, version, { reward: { ...reward, ...spanOf(span) }, prices }),
  };
  return (
    <CrudPage<Reward, Flat>
      spec={{
        resource: flat,
        read: markets ? 'loyalty.read' : 'loyalty.partner',
        write: markets ? 'loyalty.market' : 'loyalty.partner',
        title: t(partner ? 'loyalty.partner.services' : 'loyalty.nav.rewards'),
        note: t('loyalty.reward.note'),
        empty: t('loyalty.reward.none'),
        inAddress: !partner,
        name: (one) => localText(one.title, i18n.language) || one.code,
        removing: {
          verb: t('loyalty.master.switchOff'),
          sure: (one) => t('loyalty.reward.switchOffSure', { code: one.code }),
          done: t('loyalty.master.isOff'),
        },
        keeps: (one) => (one.active === false ? t('loyalty.master.isOff') : undefined),
        filters: (query, ask) => (
          <ActiveFilter value={query.active} onChange={(value) => ask('active', value)} />
        ),
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
              one.prices.map((price) => bonus.amount(price.amount, price.bonus_type)).join(', '),
          },
          {
            title: t('loyalty.field.stock'),
            align: 'right',
            render: (_, one) =>
              one.stock === null || one.stock === undefined
                ? t('loyalty.field.noLimit')
                : points(one.stock),
          },
          {
            title: t('loyalty.field.state'),
            render: (_, one) => <ActiveTag active={one.active} />,
          },
        ],
        initial: (one) => {
          if (!one)
            return {
              kind: partner || !markets ? 'partner_service' : 'gift',
              ...(partner ? { partner_id: partner } : {}),
              physical: !partner && markets,
              needs_confirmation: true,
              active: true,
              prices: [{} as never],
            };
          const { id: _i, created_at: _c, updated_at: _u, version: _v, prices, ...rest } = one;
          const { valid_from, valid_until, ...fields } = rest;
          return {
            ...fields,
            span: [at(valid_from), at(valid_until)],
            prices: prices.map(({ bonus_type, amount }) => ({ bonus_type, amount })),
          } as Partial<Flat>;
        },
        fields: (one) => <Fields fresh={!one} partner={partner} />,
        rowActions: (one) => <StockButton reward={one} />,
      }}
    />
  );
}

/** The catalogue of gifts (CIMP-RED-01, CIMP-MST-04). */
export default function RewardsPage() {
  return (
    <div className="page">
      <Rewards />
    </div>
  );
}
