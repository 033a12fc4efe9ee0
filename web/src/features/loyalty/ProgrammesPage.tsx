import { Form, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { type Programme, type ProgrammeInput, programmes } from '../../api/loyalty';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, NumberField, TextField } from '../../ui/crud/fields';
import { BonusTypes, Tiers } from './ProgrammeParts';
import { CodeField } from './parts';

const POLICIES = ['immediate', 'one_down', 'at_period_end'] as const;
const PERIODS = ['month', 'quarter', 'year'] as const;

function Fields({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      <TextField name="zone" label={t('loyalty.field.zone')} />
      <Form.Item
        name={['settings', 'downgrade', 'policy']}
        label={t('loyalty.programme.downgrade')}
        required
      >
        <Select
          options={POLICIES.map((value) => ({
            value,
            label: t(`loyalty.programme.policies.${value}`),
          }))}
        />
      </Form.Item>
      <div className="pair">
        <NumberField
          name={['settings', 'downgrade', 'grace_days']}
          label={t('loyalty.programme.grace')}
          max={730}
        />
        <Form.Item
          name={['settings', 'downgrade', 'period']}
          label={t('loyalty.field.period')}
          required
        >
          <Select
            options={PERIODS.map((value) => ({
              value,
              label: t(`loyalty.programme.periods.${value}`),
            }))}
          />
        </Form.Item>
      </div>
      <Form.Item
        name={['settings', 'birthday_attribute']}
        label={t('loyalty.programme.birthday')}
        extra={t('loyalty.programme.birthdayHint')}
      >
        <Input autoComplete="off" />
      </Form.Item>
      <div className="pair">
        <NumberField
          name={['settings', 'tenure_every_months']}
          label={t('loyalty.programme.tenure')}
        />
        <NumberField
          name={['settings', 'expiring_months']}
          label={t('loyalty.programme.expiring')}
          max={24}
        />
      </div>
    </>
  );
}

/** Programmes, with the kinds of their points and their tiers. */
export default function ProgrammesPage() {
  const { t, i18n } = useTranslation();
  const [params, setParams] = useSearchParams();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  const chosen = all.find((one) => one.code === params.get('programme')) ?? all[0];
  return (
    <div className="page">
      <CrudPage<Programme, ProgrammeInput>
        spec={{
          resource: programmes,
          read: 'loyalty.read',
          write: 'loyalty.market',
          title: t('loyalty.nav.programmes'),
          note: t('loyalty.programme.note'),
          search: false,
          remove: false,
          name: (one) => localText(one.title, i18n.language) || one.code,
          columns: [
            { title: t('loyalty.field.code'), dataIndex: 'code' },
            {
              title: t('loyalty.field.title'),
              render: (_, one) => localText(one.title, i18n.language),
            },
            { title: t('loyalty.field.zone'), dataIndex: 'zone' },
          ],
          initial: (one) => ({
            code: one?.code ?? '',
            title: one?.title ?? {},
            zone: one?.zone ?? 'Asia/Tashkent',
            settings: one?.settings ?? {
              downgrade: { policy: 'immediate', grace_days: 0, period: 'month' },
              birthday_attribute: null,
              tenure_every_months: 12,
              expiring_months: 3,
            },
          }),
          fields: (one) => <Fields fresh={!one} />,
        }}
      />
      {chosen ? (
        <>
          {all.length > 1 ? (
            <Segmented
              aria-label={t('loyalty.members.programme')}
              value={chosen.code}
              onChange={(code) => setParams({ programme: code }, { replace: true })}
              options={all.map((one) => ({
                value: one.code,
                label: localText(one.title, i18n.language) || one.code,
              }))}
            />
          ) : null}
          <BonusTypes key={`b${chosen.id}`} programme={chosen} />
          <Tiers key={`t${chosen.id}`} programme={chosen} />
        </>
      ) : null}
    </div>
  );
}
