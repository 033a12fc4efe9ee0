import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';

/** How the letters of files are written. */
const ENCODINGS = ['utf8', 'cp1251', 'ascii'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The encoding of files that come or go. */
export function EncodingField() {
  const { t } = useTranslation();
  return (
    <Form.Item name="encoding" label={t('loyalty.file.encoding')} required>
      <Select
        options={ENCODINGS.map((value) => ({
          value,
          label: t(`loyalty.file.encodings.${value}`),
        }))}
      />
    </Form.Item>
  );
}
