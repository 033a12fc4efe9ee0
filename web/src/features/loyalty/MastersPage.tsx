import { Form, Segmented, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { useNavigate, useParams } from 'react-router';
import { type Master, type MasterInput, type MasterKind, masters } from '../../api/loyalty';
import { localText } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { LocalTextField, SwitchField } from '../../ui/crud/fields';
import { ActiveFilter, ActiveTag, CodeField, MasterField, useMasterNames } from './parts';

export const MASTER_KINDS: MasterKind[] = [
  'reason',
  'merchant',
  'merchandise',
  'service_line',
  'macroregion',
  'region',
  'tariff_plan',
];
const AREAS = [
  'award',
  'adjustment',
  'cancellation',
  'return',
  'order_cancellation',
  'disconnection',
] as const;
const PARENT: Partial<Record<MasterKind, 'merchant' | 'macroregion'>> = {
  merchandise: 'merchant',
  region: 'macroregion',
};

function Fields({ kind, fresh }: { kind: MasterKind; fresh: boolean }) {
  const { t } = useTranslation();
  const parent = PARENT[kind];
  return (
    <>
      <LocalTextField name="title" label={t('loyalty.field.title')} />
      <CodeField fresh={fresh} />
      {parent ? (
        <MasterField
          kind={parent}
          name="parent"
          label={t(`loyalty.master.one.${parent}`)}
          optional={kind === 'region'}
        />
      ) : null}
      {kind === 'reason' ? (
        <Form.Item
          name="areas"
          label={t('loyalty.field.areas')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            mode="multiple"
            options={AREAS.map((value) => ({ value, label: t(`loyalty.area.${value}`) }))}
          />
        </Form.Item>
      ) : null}
      <SwitchField name="active" label={t('loyalty.field.active')} />
      {/* Not shown, and kept as it is. */}
      <Form.Item name="attributes" hidden>
        <span />
      </Form.Item>
    </>
  );
}

/** Reference lists: what operations, files and rules name by code (CIMP-MST-01 … 07). */
export default function MastersPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const { kind: named } = useParams();
  const kind = MASTER_KINDS.find((one) => one === named) ?? 'reason';
  const parent = PARENT[kind];
  const parentName = useMasterNames(parent ?? 'merchant');
  return (
    <div className="page">
      <Segmented
        className="page-tabs"
        aria-label={t('loyalty.nav.masters')}
        value={kind}
        onChange={(key) => void navigate(`/loyalty/masters/${key}`)}
        options={MASTER_KINDS.map((value) => ({ value, label: t(`loyalty.master.${value}`) }))}
      />
      <CrudPage<Master, MasterInput>
        key={kind}
        spec={{
          resource: masters(kind),
          read: 'loyalty.read',
          write: 'loyalty.market',
          title: t(`loyalty.master.${kind}`),
          note: t('loyalty.master.note'),
          empty: t('loyalty.master.none'),
          removing: {
            verb: t('loyalty.master.switchOff'),
            sure: (one) => t('loyalty.master.switchOffSure', { code: one.code }),
            done: t('loyalty.master.isOff'),
          },
          keeps: (one) => (one.active === false ? t('loyalty.master.isOff') : undefined),
          filters: (query, ask) => (
            <ActiveFilter value={query.active} onChange={(value) => ask('active', value)} />
          ),
          name: (one) => localText(one.title, i18n.language) || one.code,
          columns: [
            { title: t('loyalty.field.code'), dataIndex: 'code' },
            {
              title: t('loyalty.field.title'),
              render: (_, one) => localText(one.title, i18n.language),
            },
            ...(parent
              ? [
                  {
                    title: t(`loyalty.master.one.${parent}`),
                    render: (_: unknown, one: Master) => parentName(one.parent),
                  },
                ]
              : []),
            ...(kind === 'reason'
              ? [
                  {
                    title: t('loyalty.field.areas'),
                    render: (_: unknown, one: Master) =>
                      (one.areas ?? []).map((area) => t(`loyalty.area.${area}`)).join(', '),
                  },
                ]
              : []),
            {
              title: t('loyalty.field.state'),
              render: (_, one) => <ActiveTag active={one.active} />,
            },
          ],
          initial: (one) =>
            one
              ? {
                  code: one.code,
                  title: one.title,
                  parent: one.parent ?? null,
                  areas: one.areas ?? [],
                  attributes: one.attributes ?? {},
                  active: one.active ?? true,
                }
              : { active: true, areas: [] },
          toInput: (values) => ({ attributes: {}, ...values, parent: values.parent ?? null }),
          fields: (one) => <Fields kind={kind} fresh={!one} />,
        }}
      />
    </div>
  );
}
