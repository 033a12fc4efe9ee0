import { DatePicker, Form, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import { TextField } from '../../../ui/crud/fields';
import { MasterField } from '../parts';

const SEXES = ['female', 'male'] as const;

/** Who takes part (CIMP-ACC-06): of all that only a name is needed. */
export function ParticipantFields() {
  const { t } = useTranslation();
  return (
    <>
      <TextField name="name" label={t('loyalty.members.name')} />
      <div className="pair">
        <TextField name="phone" label={t('loyalty.members.phone')} optional />
        <TextField name="email" label={t('loyalty.members.email')} optional />
      </div>
      <div className="pair">
        <Form.Item
          name="birth_date"
          label={t('loyalty.members.birthDate')}
          getValueProps={(value?: string) => ({ value: value ? dayjs(value) : null })}
          normalize={(value: Dayjs | null) => value?.format('YYYY-MM-DD') ?? ''}
        >
          <DatePicker
            format="DD.MM.YYYY"
            placeholder={t('common.datePattern')}
            maxDate={dayjs()}
            style={{ width: '100%' }}
          />
        </Form.Item>
        <Form.Item name="sex" label={t('loyalty.members.sex')}>
          <Select
            allowClear
            options={SEXES.map((value) => ({ value, label: t(`loyalty.members.sexes.${value}`) }))}
          />
        </Form.Item>
      </div>
      <Form.Item name="language" label={t('nav.language')}>
        <Select
          allowClear
          options={(['ru', 'uz', 'en'] as const).map((value) => ({
            value,
            label: t(`locale.${value}`),
          }))}
        />
      </Form.Item>
      <TextField name="address" label={t('loyalty.members.address')} optional />
    </>
  );
}

/** Where the account belongs; both may be empty (CIMP-ACC-04). */
export function RegionFields() {
  const { t } = useTranslation();
  return (
    <div className="pair">
      <MasterField
        kind="macroregion"
        name="macroregion"
        label={t('loyalty.members.macroregion')}
        optional
      />
      <MasterField kind="region" name="region" label={t('loyalty.members.region')} optional />
    </div>
  );
}
