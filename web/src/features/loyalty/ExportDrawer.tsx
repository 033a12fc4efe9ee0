import { Button, DatePicker, Form, Segmented, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { useTranslation } from 'react-i18next';
import type { Criteria } from '../../api/automation';
import {
  type ConditionPlace,
  type ExportInput,
  exportsMade,
  fileKinds,
  type MasterKind,
  partners,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { localText } from '../../lib/format';
import { CodedOption } from '../../ui/CodedOption';
import { SwitchField } from '../../ui/crud/fields';
import { fieldTitle } from '../../ui/decision/fields';
import { ConditionField } from './ConditionField';
import { conditionText, useConditionFields } from './condition';
import { type Encoding, EncodingField } from './EncodingField';
import { MASTER_KINDS } from './MastersPage';
import { ActionDrawer } from './member/ActionDrawer';
import { OnlyProgramme, useOne, useProgrammeOptions } from './parts';
import { useFieldWord } from './structure/words';

/** What can be asked for. */
export const KINDS = ['partner_exchange', 'participants', 'movements', 'masters'] as const;

/** Where the selection of members stands. */
export const WHO_GOES_OUT: ConditionPlace = { of: 'export' };
/** What a column can show. */
const OF_MEMBERS = /^(account|customer)\./;

interface Values {
  kind: (typeof KINDS)[number];
  programme_id: string;
  encoding: Encoding;
  transmit: boolean;
  partner_id?: string;
  span?: [Dayjs, Dayjs];
  condition?: Criteria;
  columns?: string[];
  lists?: MasterKind[];
}

async function toInput({ kind, programme_id, encoding, transmit, ...of }: Values) {
  const days = { from: of.span?.[0].format('YYYY-MM-DD'), to: of.span?.[1].format('YYYY-MM-DD') };
  const condition =
    kind === 'participants' ? await conditionText(WHO_GOES_OUT, of.condition, '/condition') : '';
  const asked = {
    partner_exchange: { partner_id: of.partner_id, ...days },
    participants: { condition: condition || null, columns: of.columns ?? [] },
    movements: days,
    masters: { lists: of.lists ?? [] },
  }[kind];
  return { programme_id, encoding, transmit, kind, ...asked } as ExportInput;
}

/** Which members go out, and what of them. */
function Participants() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const files = useOne(['loyalty', 'file-kinds'], fileKinds);
  const usual = files.data?.find(({ kind }) => kind === 'participants')?.usual;
  const asFiles = usual?.columns.map(({ field }) => field) ?? [];
  const word = useFieldWord();
  const known = useConditionFields(WHO_GOES_OUT).filter(({ path }) => OF_MEMBERS.test(path));
  const columns = [
    ...asFiles.map((name) => ({ value: name, label: word(name) })),
    ...known.map((field) => ({ value: field.path, label: fieldTitle(field, field.path) })),
  ];
  return (
    <>
      <ConditionField
        name="condition"
        label={t('loyalty.export.who')}
        hint={t('loyalty.export.whoHint')}
        place={WHO_GOES_OUT}
      />
      <Form.Item
        name="columns"
        label={t('loyalty.export.columns')}
        extra={
          <>
            {t('loyalty.export.columnsHint')}
            {' · '}
            <Button
              type="link"
              size="small"
              className="flush"
              loading={files.isPending}
              onClick={() => form.setFieldValue('columns', asFiles)}
            >
              {t('loyalty.export.asFiles')}
            </Button>
          </>
        }
      >
        <Select
          mode="tags"
          tokenSeparators={[',', ' ']}
          showSearch={{ optionFilterProp: 'search' }}
          options={columns.map((one) => ({ ...one, search: `${one.label} ${one.value}` }))}
          optionRender={({ label, value }) => <CodedOption label={label} code={value} />}
        />
      </Form.Item>
    </>
  );
}

/** Asks for a file. */
export function ExportDrawer({ onClose }: { onClose(): void }) {
  const { t, i18n } = useTranslation();
  const programmes = useProgrammeOptions();
  const all = useList(partners, { limit: 500 }).data?.items ?? [];
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch('kind', form) ?? 'movements';
  const required = [{ required: true, message: t('common.required') }];
  return (
    <ActionDrawer<Values>
      title={t('loyalty.export.make')}
      // As wide as conditions need.
      size={720}
      form={form}
      initial={{
        kind: 'movements',
        encoding: 'utf8',
        transmit: false,
        ...(programmes[0] ? { programme_id: programmes[0].value } : {}),
      }}
      onClose={onClose}
      send={async (values) => {
        await exportsMade.create(await toInput(values));
        return t('loyalty.statistic.begun');
      }}
    >
      <Form.Item name="kind" label={t('loyalty.field.kind')} required>
        <Segmented
          options={KINDS.map((value) => ({ value, label: t(`loyalty.export.kinds.${value}`) }))}
        />
      </Form.Item>
      <OnlyProgramme />
      <Form.Item name="programme_id" label={t('loyalty.members.programme')} rules={required}>
        <Select options={programmes} />
      </Form.Item>
      {kind === 'partner_exchange' ? (
        <Form.Item name="partner_id" label={t('loyalty.field.partner')} rules={required}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={all.map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
      {kind === 'participants' ? <Participants /> : null}
      {kind === 'masters' ? (
        <Form.Item
          name="lists"
          label={t('loyalty.nav.masters')}
          extra={t('loyalty.export.listsHint')}
        >
          <Select
            mode="multiple"
            options={MASTER_KINDS.map((value) => ({ value, label: t(`loyalty.master.${value}`) }))}
          />
        </Form.Item>
      ) : null}
      {kind === 'movements' || kind === 'partner_exchange' ? (
        <Form.Item name="span" label={t('loyalty.field.period')} rules={required}>
          <DatePicker.RangePicker format="DD.MM.YYYY" style={{ width: '100%' }} />
        </Form.Item>
      ) : null}
      <div className="pair">
        <EncodingField />
        <SwitchField name="transmit" label={t('loyalty.export.transmit')} />
      </div>
    </ActionDrawer>
  );
}
