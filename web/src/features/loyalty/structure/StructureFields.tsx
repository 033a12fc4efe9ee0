import { AutoComplete, Form, Input, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type FileKind, fileKinds } from '../../../api/loyalty';
import { SwitchField, TextField } from '../../../ui/crud/fields';
import { EncodingField } from '../EncodingField';
import { OnlyProgramme, useOne, useProgrammeOptions } from '../parts';
import { ColumnsField } from './ColumnsField';
import { asKind, type Column, PASSED_OVER } from './columns';
import { datePattern } from './dates';
import { Sample } from './Sample';
import { useFieldWord } from './words';

export const FILE_KINDS: FileKind[] = [
  'participants',
  'invoices',
  'purchases',
  'top_ups',
  'tariff_plans',
  'gifts',
  'partner_exchange',
];
export const KINDS_KEY = ['loyalty', 'file-kinds'];
/** What partners usually write; any other may be typed. */
const DATE_FORMATS = ['YYYY-MM-DD', 'DD.MM.YYYY', 'DD/MM/YYYY', 'YYYYMMDD', 'DD.MM.YY'];

/** By what the name of a file tells that it is of this structure. */
function NameFields() {
  const { t } = useTranslation();
  return (
    <div className="pair">
      <TextField name="prefix" label={t('loyalty.file.look.prefix')} />
      <Form.Item name="suffix" label={t('loyalty.file.look.suffix')}>
        <Input autoComplete="off" placeholder=".txt" />
      </Form.Item>
    </div>
  );
}

/** How things are written in the files. */
function WrittenFields() {
  const { t } = useTranslation();
  return (
    <>
      <div className="pair">
        <EncodingField />
        <SwitchField name="header" label={t('loyalty.file.look.header')} />
      </div>
      <div className="pair">
        <Form.Item
          name="date_format"
          label={t('loyalty.file.look.dates')}
          extra={t('loyalty.file.look.datesHint')}
          required
          rules={[
            {
              validator: async (_, text: string | undefined) => {
                if (!datePattern(text ?? '')) throw new Error(t('said.dateFormat'));
              },
            },
          ]}
        >
          <AutoComplete options={DATE_FORMATS.map((value) => ({ value }))} />
        </Form.Item>
        <Form.Item name="decimal_separator" label={t('loyalty.file.look.decimal')} required>
          <Segmented
            options={[
              { value: '.', label: t('loyalty.file.look.point') },
              { value: ',', label: t('loyalty.file.look.comma') },
            ]}
          />
        </Form.Item>
      </div>
    </>
  );
}

function KeyField() {
  const { t } = useTranslation();
  const word = useFieldWord();
  const columns: (Column | undefined)[] = Form.useWatch('columns') ?? [];
  const names = columns.flatMap((one) => one?.field ?? []).filter((name) => name !== PASSED_OVER);
  return (
    <Form.Item name="key" label={t('loyalty.file.look.key')} extra={t('loyalty.file.look.keyHint')}>
      <Select
        mode="multiple"
        showSearch={{ optionFilterProp: 'label' }}
        options={[...new Set(names)].map((value) => ({ value, label: word(value) }))}
      />
    </Form.Item>
  );
}

/** A structure as a form. A new one begins with the usual structure of its type, which is then fitted to the files that come. */
export function StructureFields() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const programmes = useProgrammeOptions();
  const kinds = useOne(KINDS_KEY, fileKinds);
  const kind = Form.useWatch<FileKind | undefined>('kind');
  const of = (name: FileKind | undefined) => kinds.data?.find((one) => one.kind === name);
  const required = [{ required: true, message: t('common.required') }];
  const known = of(kind);
  return (
    <>
      <TextField name="title" label={t('loyalty.field.title')} />
      <OnlyProgramme />
      <Form.Item name="programme_id" label={t('loyalty.members.programme')} rules={required}>
        <Select options={programmes} />
      </Form.Item>
      <div className="pair">
        <SwitchField name="active" label={t('loyalty.field.active')} />
        <SwitchField name="announce" label={t('loyalty.file.announce')} />
      </div>
      <Form.Item
        name="kind"
        label={t('loyalty.field.kind')}
        rules={required}
        extra={kind ? undefined : t('loyalty.file.look.kindFirst')}
      >
        <Select<FileKind>
          loading={kinds.isPending}
          onChange={(next) => {
            const to = of(next);
            if (to) form.setFieldsValue(asKind(form.getFieldsValue(true), to, known));
          }}
          options={FILE_KINDS.map((value) => ({ value, label: t(`loyalty.file.kinds.${value}`) }))}
        />
      </Form.Item>
      {known ? (
        <>
          <NameFields />
          <WrittenFields />
          <ColumnsField fields={known.fields} />
          <KeyField />
          <Sample fields={known.fields} />
        </>
      ) : null}
    </>
  );
}
