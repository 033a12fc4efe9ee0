import { Form, Input, InputNumber, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Partner, type PartnerInput, partners } from '../../api/loyalty';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, SwitchField, TextField } from '../../ui/crud/fields';

/** A partner may have points of its own: without a code it has none. */
type Flat = Omit<PartnerInput, 'currency'> & {
  currency: { code?: string | null; scale?: number } | null;
};

function Fields() {
  const { t } = useTranslation();
  return (
    <>
      <TextField name="code" label={t('loyalty.field.code')} hint={t('loyalty.master.codeStays')} />
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <div className="pair">
        <Form.Item
          name={['currency', 'code']}
          label={t('loyalty.partner.currency')}
          extra={t('loyalty.partner.currencyHint')}
        >
          <Input autoComplete="off" />
        </Form.Item>
        <Form.Item name={['currency', 'scale']} label={t('loyalty.partner.scale')}>
          <InputNumber min={0} max={6} precision={0} style={{ width: '100%' }} />
        </Form.Item>
      </div>
      <SwitchField name="active" label={t('loyalty.field.active')} />
      <Form.Item name="unit_id" hidden>
        <span />
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
          remove: false,
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
              title: t('loyalty.field.active'),
              render: (_, one) => (
                <Tag color={one.active ? 'success' : 'default'}>
                  {t(one.active ? 'common.yes' : 'common.no')}
                </Tag>
              ),
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
            currency: values.currency?.code
              ? { code: values.currency.code, scale: values.currency.scale ?? 0 }
              : null,
          }),
          fields: () => <Fields />,
        }}
      />
    </div>
  );
}
