import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import {
  type FileKind,
  fileKinds,
  fileStructures,
  type Structure,
  type StructureInput,
} from '../../api/loyalty';
import { CrudPage } from '../../ui/crud/CrudPage';
import { SwitchField, TextField } from '../../ui/crud/fields';
import { OnlyProgramme, useOne, useProgrammeOptions } from './parts';

export const FILE_KINDS: FileKind[] = [
  'participants',
  'invoices',
  'purchases',
  'top_ups',
  'tariff_plans',
  'gifts',
  'partner_exchange',
];

/** How the files look is written as the API has it: columns with their shapes are a list without an end. */
type Own = Pick<StructureInput, 'title' | 'programme_id' | 'active' | 'announce'>;
type Flat = Own & { structure: string };

/** What of a stored structure says how its files look. */
function looks(one: Structure): string {
  const { id: _i, version: _v, created_at: _c, updated_at: _u, ...fields } = one;
  const { title: _t, programme_id: _p, active: _a, announce: _n, ...structure } = fields;
  return JSON.stringify(structure, null, 2);
}

/** A new one begins with the usual structure of its type, which is then fitted to the files that come. */
function Usual() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const kinds = useOne(['loyalty', 'file-kinds'], fileKinds);
  return (
    <Form.Item label={t('loyalty.field.kind')} extra={t('loyalty.file.usual')}>
      <Select
        aria-label={t('loyalty.field.kind')}
        loading={kinds.isPending}
        onChange={(kind: FileKind) => {
          const usual = kinds.data?.find((one) => one.kind === kind)?.usual;
          form.setFieldValue('structure', JSON.stringify(usual, null, 2));
        }}
        options={FILE_KINDS.map((value) => ({ value, label: t(`loyalty.file.kinds.${value}`) }))}
      />
    </Form.Item>
  );
}

function Fields({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  const all = useProgrammeOptions();
  return (
    <>
      <TextField name="title" label={t('loyalty.field.title')} />
      <OnlyProgramme />
      <Form.Item
        name="programme_id"
        label={t('loyalty.members.programme')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select options={all} />
      </Form.Item>
      <div className="pair">
        <SwitchField name="active" label={t('loyalty.field.active')} />
        <SwitchField name="announce" label={t('loyalty.file.announce')} />
      </div>
      {fresh ? <Usual /> : null}
      <Form.Item
        name="structure"
        label={t('loyalty.file.structure')}
        extra={t('loyalty.file.structureHint')}
        rules={[
          {
            validator: async (_, text: string) => {
              JSON.parse(text);
            },
            message: t('loyalty.file.noJson'),
          },
        ]}
      >
        <Input.TextArea rows={18} spellCheck={false} className="code" />
      </Form.Item>
    </>
  );
}

/** How files look: recognised by prefix and suffix, read by columns (CIMP-ETL-03). */
export function Structures() {
  const { t } = useTranslation();
  return (
    <CrudPage<Structure, Flat>
      spec={{
        resource: fileStructures as never,
        read: 'loyalty.market',
        write: 'loyalty.market',
        title: t('loyalty.file.structures'),
        note: t('loyalty.file.structuresNote'),
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
        ],
        initial: (one) =>
          one
            ? {
                title: one.title,
                programme_id: one.programme_id,
                active: one.active ?? true,
                announce: one.announce ?? false,
                structure: looks(one),
              }
            : { active: true, announce: false, structure: '' },
        toInput: ({ structure, ...own }) => ({ ...JSON.parse(structure), ...own }),
        fields: (one) => <Fields fresh={!one} />,
      }}
    />
  );
}
