import { useTranslation } from 'react-i18next';
import type { Named } from '../../api/contract';
import type { Resource } from '../../api/query';
import { localText } from '../../lib/format';
import { LANGUAGES } from '../../lib/i18n';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, TextField } from '../../ui/crud/fields';

/** Lists of words in three languages: skills, results, and reasons, which also have a code. */
export function NamedPage<T extends Named & { code?: string }>({
  resource,
  rights,
  title,
  note,
  code,
}: {
  resource: Resource<T, Named & { code: string }>;
  rights: string;
  title: string;
  note: string;
  code?: boolean;
}) {
  const { t, i18n } = useTranslation();
  return (
    <CrudPage<T, Named & { code: string }>
      spec={{
        resource,
        read: `${rights}.read`,
        write: `${rights}.write`,
        title,
        note,
        search: false,
        name: (item) => localText(item.name, i18n.language),
        columns: [
          ...(code ? [{ title: t('admin.code'), dataIndex: 'code' }] : []),
          ...LANGUAGES.map(({ code: language, name }) => ({
            title: name,
            key: language,
            render: (_: unknown, item: T) => item.name[language] ?? '',
          })),
        ],
        initial: (item) =>
          item ? { name: item.name, ...(item.code ? { code: item.code } : {}) } : {},
        fields: () => (
          <>
            {code ? (
              <TextField name="code" label={t('admin.code')} hint={t('admin.codeHint')} />
            ) : null}
            <LocalTextField label={t('common.name')} />
          </>
        ),
      }}
    />
  );
}
