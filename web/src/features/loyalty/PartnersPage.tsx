import { Form, Input, InputNumber, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Partner, type PartnerInput, partners } from '../../api/loyalty';
import { units } from '../../api/resources';
import { useAll, useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, SwitchField } from '../../ui/crud/fields';
import { ActiveFilter, ActiveTag, CodeField } from './parts';

/** A partner may have points of its own: without a code it has none. */
type Flat = Omit<PartnerInput, 'currency'> & {
  currency: { code?: string | null; scale?: number } | null;
};

function Fields({ item }: { item: Partner | undefined }) {
  const { t } = useTranslation();
  const all = useAll(units);
  const readsUnits = useCan(units.right);
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={!item} />
      <div className="pair">
        <Form.Item
          name={['currency', 'code']}
          label={t('loyalty.partner.currency')}
          extra={t('loyalty.partner.currencyHint')}
        >
          <Input autoComplete="off" disabled={Boolean(item?.currency)} />
        </Form.Item>
        <Form.Item name={['currency', 'scale']} label={t('loyalty.partner.scale')}>
          <InputNumber
            min={0}
            max={6}
            precision={0}
            disabled={Boolean(item?.currency)}
            style={{ width: '100%' }}
          />
        </Form.Item>
      </div>
      <SwitchField name="active" label={t('loyalty.field.active')} />
      <Form.Item
        name="unit_id"
        label={t('loyalty.partner.unit')}
        extra={t('loyalty.partner.unitHint')}
        hidden={!readsUnits}
      >
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          options={all.map((one) => ({ value: one.unit_id, label: one.name }))}
        />
      </Form.Item>
    </>
  );
}

/** Partners whose services cost points, and into whose points ours can be turned (CIMP-PRT-01). */
export default function PartnersPage() {
  const { t, i18n } = useTranslation();
  return (
    <div className="page">
      <CrudPage<Partner, Flat>
        spec={{
          resource: partners as never,
          read: 'loyalty.read',
          write: 'loyalty.market',
          title: t('loyalty.nav.partners'),
          note: t('loyalty.partner.note'),
          name: (one) => localText(one.title, i18n.language) || one.code,
          empty: t('loyalty.partner.none'),
          remove: false,
          filters: (query, ask) => (
            <ActiveFilter value={query.active} onChange={(value) => ask('active', value)} />
          ),
          columns: [
            {
              title: t('loyalty.field.code'),
              render: (_, one) => <Link to={`/loyalty/partners/${one.id}`}>{one.code}</Link>,
            },
            {
              title: t('loyalty.field.title'),
              render: (_, one) => localText(one.title, i18n.language),
            },
            {
              title: t('loyalty.partner.currency'),
              render: (_, one) => one.currency?.code ?? '—',
            },
            {
              title: t('loyalty.field.state'),
              render: (_, one) => <ActiveTag active={one.active} />,
            },
          ],
          initial: (one) =>
            one
              ? ({
                  code: one.code,
                  title: one.title,
                  unit_id: one.unit_id ?? null,
                  currency: one.currency ?? { scale: 0 },
                  active: one.active,
                } as Flat)
              : { active: true, currency: { scale: 0 } },
          toInput: (values) => ({
            ...values,
            unit_id: values.unit_id ?? null,
            currency: values.currency?.code
              ? { code: values.currency.code, scale: values.currency.scale ?? 0 }
              : null,
          }),
          fields: (one) => <Fields item={one} />,
        }}
      />
    </div>
  );
}
