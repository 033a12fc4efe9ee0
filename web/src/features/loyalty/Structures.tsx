import { useTranslation } from 'react-i18next';
import { fileKinds, fileStructures, type Structure, type StructureInput } from '../../api/loyalty';
import { queryClient } from '../../api/query';
import { CrudPage } from '../../ui/crud/CrudPage';
import { ActiveTag } from './parts';
import { tidy } from './structure/columns';
import { KINDS_KEY, StructureFields } from './structure/StructureFields';

/** What of a stored structure people set. */
function fieldsOf(one: Structure): StructureInput {
  const { id: _i, version: _v, created_at: _c, updated_at: _u, ...fields } = one;
  return { ...fields, active: one.active ?? true, announce: one.announce ?? false };
}

async function toInput({ title, programme_id, active, announce, ...look }: StructureInput) {
  const kinds = await queryClient.ensureQueryData({ queryKey: KINDS_KEY, queryFn: fileKinds });
  const fields = kinds.find(({ kind }) => kind === look.kind)?.fields ?? [];
  return { title, programme_id, active, announce, ...tidy(look, fields) } as StructureInput;
}

/** How files look: recognised by prefix and suffix, read by columns (CIMP-ETL-03). */
export function Structures() {
  const { t } = useTranslation();
  return (
    <CrudPage<Structure, StructureInput>
      spec={{
        resource: fileStructures,
        read: 'loyalty.market',
        write: 'loyalty.market',
        title: t('loyalty.file.structures'),
        note: t('loyalty.file.structuresNote'),
        size: 760,
        search: false,
        name: (one) => one.title,
        columns: [
          { title: t('loyalty.field.title'), dataIndex: 'title' },
          {
            title: t('loyalty.field.kind'),
            render: (_, one) => t(`loyalty.file.kinds.${one.kind}`),
          },
          {
            title: t('loyalty.file.named'),
            render: (_, one) => (
              <code>
                {one.prefix}…{one.suffix}
              </code>
            ),
          },
          {
            title: t('loyalty.file.encoding'),
            render: (_, one) => t(`loyalty.file.encodings.${one.encoding}`),
          },
          {
            title: t('loyalty.file.look.columns'),
            align: 'right',
            render: (_, one) => one.columns.length,
          },
          {
            title: t('loyalty.field.state'),
            render: (_, one) => <ActiveTag active={one.active} />,
          },
        ],
        initial: (one) =>
          one
            ? fieldsOf(one)
            : { active: true, announce: false, header: false, columns: [], key: [] },
        toInput,
        fields: () => <StructureFields />,
      }}
    />
  );
}
