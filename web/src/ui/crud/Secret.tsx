import { CopyOutlined } from '@ant-design/icons';
import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSay } from '../say';
import './crud.css';

/** Something that is shown once and never again. */
export function Secret({ value, note }: { value: string; note: string }) {
  const { t } = useTranslation();
  const say = useSay();
  return (
    <>
      <Alert type="warning" showIcon title={note} style={{ marginBottom: 12 }} />
      <p className="secret">{value}</p>
      <Button
        icon={<CopyOutlined />}
        onClick={() =>
          void navigator.clipboard?.writeText(value).then(() => say.done(t('common.copied')))
        }
      >
        {t('common.copy')}
      </Button>
    </>
  );
}
