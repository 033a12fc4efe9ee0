import { Form, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../../api/automation';
import {
  type BonusType,
  type BonusTypeInput,
  bonusTypes,
  type ConditionPlace,
  type Programme,
  type Tier,
  type TierInput,
  tiers,
} from '../../api/loyalty';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, NumberField, SwitchField } from '../../ui/crud/fields';
import { ConditionField } from './ConditionField';
import { ConditionWords } from './ConditionWords';
import { conditionText, kept } from './condition';
import { CodeField, usePoints } from './parts';

const ROUNDINGS = ['down', 'half_up', 'up'] as const;
const EXPIRIES = ['day', 'month', 'quarter', 'year'] as const;

function BonusTypeFields({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      <NumberField name="scale" label={t('loyalty.programme.scale')} max={6} fixed={!fresh} />
      <div className="pair">
        <Form.Item
          name="validity_days"
          label={t('loyalty.field.validity')}
          extra={t('loyalty.programme.forEver')}
        >
          <InputNumber min={1} max={3650} precision={0} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="expiry_round" label={t('loyalty.programme.expiryRound')} required>
          <Select
            options={EXPIRIES.map((value) => ({
              value,
              label: t(`loyalty.programme.expiries.${value}`),
            }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="rounding" label={t('loyalty.partner.rounding')} required>
        <Select
          options={ROUNDINGS.map((value) => ({
            value,
            label: t(`loyalty.partner.roundings.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="manual_limit"
        label={t('loyalty.programme.limit')}
        extra={t('loyalty.programme.limitHint')}
      >
        <InputNumber min={0} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <SwitchField name="allows_debt" label={t('loyalty.programme.debt')} />
    </>
  );
}

export function BonusTypes({ programme }: { programme: Programme }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  return (
    <CrudPage<BonusType, BonusTypeInput>
      spec={{
        resource: bonusTypes(programme.id),
        read: 'loyalty.read',
        write: 'loyalty.market',
        title: t('loyalty.programme.bonusTypes'),
        note: t('loyalty.programme.bonusTypesNote'),
        search: false,
        remove: false,
        name: (one) => localText(one.title, i18n.language) || one.code,
        columns: [
          { title: t('loyalty.field.code'), dataIndex: 'code' },
          {
            title: t('loyalty.field.title'),
            render: (_, one) => localText(one.title, i18n.language),
          },
          {
            title: t('loyalty.field.validity'),
            align: 'right',
            render: (_, one) => one.validity_days ?? t('loyalty.member.never'),
          },
          {
            title: t('loyalty.programme.limit'),
            align: 'right',
            render: (_, one) =>
              one.manual_limit === null || one.manual_limit === undefined
                ? t('loyalty.field.noLimit')
                : points(one.manual_limit / 10 ** (one.scale ?? 0)),
          },
        ],
        initial: (one) =>
          one ?? { scale: 0, expiry_round: 'day', rounding: 'down', allows_debt: false },
        toInput: (values) => ({
          ...values,
          validity_days: values.validity_days ?? null,
          manual_limit: values.manual_limit ?? null,
        }),
        fields: (one) => <BonusTypeFields fresh={!one} />,
      }}
    />
  );
}

/** A tier as it stands in the form. */
type TierFlat = Omit<TierInput, 'condition'> & { condition: Criteria };

const placeOf = (programme: Programme): ConditionPlace => ({
  of: 'tier',
  programme_id: programme.id,
});

function TierFields({ fresh, place }: { fresh: boolean; place: ConditionPlace }) {
  const { t } = useTranslation();
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      <NumberField name="level" label={t('loyalty.programme.level')} min={1} max={50} />
      <ConditionField
        name="condition"
        label={t('loyalty.programme.condition')}
        place={place}
        required
      />
      <div className="pair">
        <Form.Item name="discount_percent" label={t('loyalty.programme.discount')}>
          <InputNumber min={0} max={100} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="multiplier" label={t('loyalty.programme.multiplier')}>
          <InputNumber min={0} max={100} step={0.1} style={{ width: '100%' }} />
        </Form.Item>
      </div>
    </>
  );
}

export function Tiers({ programme }: { programme: Programme }) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const place = placeOf(programme);
  return (
    <CrudPage<Tier, TierFlat>
      spec={{
        resource: tiers(programme.id) as never,
        size: 720,
        read: 'loyalty.read',
        write: 'loyalty.market',
        title: t('loyalty.programme.tiers'),
        note: t('loyalty.programme.tiersNote'),
        search: false,
        remove: false,
        name: (one) => localText(one.title, i18n.language) || one.code,
        columns: [
          { title: t('loyalty.programme.level'), dataIndex: 'level', align: 'right' },
          {
            title: t('loyalty.field.title'),
            render: (_, one) => localText(one.title, i18n.language),
          },
          {
            title: t('loyalty.programme.condition'),
            render: (_, one) => <ConditionWords place={place} text={one.condition} />,
          },
          {
            title: t('loyalty.programme.discount'),
            align: 'right',
            render: (_, one) => points(one.discount_percent ?? 0),
          },
          {
            title: t('loyalty.programme.multiplier'),
            align: 'right',
            render: (_, one) => points(one.multiplier ?? 1),
          },
        ],
        initial: (one) =>
          one
            ? { ...one, condition: kept(one.condition) }
            : { discount_percent: 0, multiplier: 1, condition: kept('') },
        toInput: async (values) =>
          ({
            ...values,
            condition: await conditionText(place, values.condition, '/condition'),
          }) as never,
        fields: (one) => <TierFields fresh={!one} place={place} />,
      }}
    />
  );
}
