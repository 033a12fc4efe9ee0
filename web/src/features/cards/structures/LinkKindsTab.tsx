import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type LinkKind, type LinkKindInput, linkKinds } from '../../../api/records';
import { localText } from '../../../lib/format';
import { CrudPage } from '../../../ui/crud/CrudPage';
import { LocalTextField } from '../../../ui/crud/fields';
import { CUSTOMER, useKinds } from '../kinds';
import { KeyField } from './attributeSpec';

const CARDINALITIES = ['one_to_one', 'one_to_many', 'many_to_one', 'many_to_many'] as const;

/** Which customers may stand at an end; nothing to choose where the end is a card. */
function CustomersField({ end, fixed }: { end: 'from' | 'to'; fixed: boolean }) {
  const { t } = useTranslation();
  const of = Form.useWatch(end, Form.useFormInstance<LinkKindInput>());
  if (of !== CUSTOMER) return <span />;
  return (
    <Form.Item
      name={`${end}_customer`}
      label={t(end === 'from' ? 'cards.linkKind.fromCustomer' : 'cards.linkKind.toCustomer')}
    >
      <Select
        allowClear
        disabled={fixed}
        placeholder={t('cards.linkKind.anyCustomer')}
        options={(['individual', 'organisation'] as const).map((value) => ({
          value,
          label: t(`desk.customer.${value}`),
        }))}
      />
    </Form.Item>
  );
}

function Fields({ item }: { item: LinkKind | undefined }) {
  const { t } = useTranslation();
  const { options } = useKinds();
  const fixed = Boolean(item);
  return (
    <>
      <div className="pair">
        <Form.Item name="from" label={t('cards.linkKind.from')} rules={[{ required: true }]}>
          <Select disabled={fixed} options={options} />
        </Form.Item>
        <Form.Item name="to" label={t('cards.linkKind.to')} rules={[{ required: true }]}>
          <Select disabled={fixed} options={options} />
        </Form.Item>
        <CustomersField end="from" fixed={fixed} />
        <CustomersField end="to" fixed={fixed} />
      </div>
      <LocalTextField label={t('cards.linkKind.forward')} name="title" />
      <LocalTextField label={t('cards.linkKind.inverse')} name="inverse" />
      <KeyField fixed={fixed} />
      <Form.Item
        name="cardinality"
        label={t('cards.linkKind.cardinality')}
        rules={[{ required: true }]}
      >
        <Select
          options={CARDINALITIES.map((value) => ({
            value,
            label: t(`cards.linkKind.card.${value}`),
          }))}
        />
      </Form.Item>
    </>
  );
}

/** Which cards may be linked, and how the link reads from either end. */
export function LinkKindsTab() {
  const { t, i18n } = useTranslation();
  const { title } = useKinds();
  const cardinality = (value: string) => {
    const known = CARDINALITIES.find((one) => one === value);
    return known ? t(`cards.linkKind.card.${known}`) : value;
  };
  return (
    <CrudPage<LinkKind, LinkKindInput>
      spec={{
        resource: linkKinds,
        read: 'card.read',
        write: 'structure.write',
        title: t('cards.structures.linkKinds'),
        note: t('cards.linkKind.note'),
        search: false,
        name: (kind) => localText(kind.title, i18n.language),
        columns: [
          { title: t('cards.linkKind.from'), render: (_, kind) => title(kind.from) },
          {
            title: t('cards.linkKind.forward'),
            render: (_, kind) => localText(kind.title, i18n.language),
          },
          { title: t('cards.linkKind.to'), render: (_, kind) => title(kind.to) },
          {
            title: t('cards.linkKind.inverse'),
            render: (_, kind) => localText(kind.inverse, i18n.language),
          },
          {
            title: t('cards.linkKind.cardinality'),
            render: (_, kind) => cardinality(kind.cardinality),
          },
          { title: t('cards.attribute.key'), render: (_, kind) => <code>{kind.key}</code> },
        ],
        initial: (kind) => kind ?? { cardinality: 'many_to_many' },
        toInput: (values) => ({
          key: values.key,
          title: values.title,
          inverse: values.inverse,
          from: values.from,
          to: values.to,
          from_customer: values.from_customer ?? null,
          to_customer: values.to_customer ?? null,
          cardinality: values.cardinality,
        }),
        keeps: (kind) => (kind.built_in ? t('cards.linkKind.builtIn') : undefined),
        fields: (item) => <Fields item={item} />,
      }}
    />
  );
}
