import { useTranslation } from 'react-i18next';
import { TextField } from '../../../ui/crud/fields';
import { MasterField } from '../parts';

/** What a service is known by. */
export function ServiceFields({ name = 'name' }: { name?: string }) {
  const { t } = useTranslation();
  return (
    <>
      <div className="pair">
        <TextField name="code" label={t('loyalty.field.serviceId')} />
        <MasterField kind="service_line" name="line" label={t('loyalty.field.serviceLine')} />
      </div>
      <div className="pair">
        <TextField name={name} label={t('loyalty.field.serviceName')} />
        <TextField name="user_id" label={t('loyalty.field.userId')} />
      </div>
    </>
  );
}
