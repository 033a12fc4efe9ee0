import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type CardKind, type CardKindInput, cardKinds } from '../../../api/records';
import { localText } from '../../../lib/format';
import { CrudPage } from '../../../ui/crud/CrudPage';
import { LocalTextField, TextField } from '../../../ui/crud/fields';
import { ICONS, KindIcon } from '../kinds';
import { KeyField, orNull, RolesField } from './attributeSpec';

const EXAMPLE = '{{ model }}, {{ plate }}';

function Fields({ item }: { item: CardKind | undefined }) {
  const { t } = useTranslation();
  return (
    <>
      <LocalTextField label={t('cards.attribute.title')} name="title" />
      <LocalTextField label={t('cards.kind.plural')} name="plural" />
      <KeyField fixed={Boolean(item)} />
      <Form.Item name="icon" label={t('cards.kind.icon')} rules={[{ required: true }]}>
        <Select
          options={Object.keys(ICONS).map((value) => ({
            value,
            label: (
              <span className="row">
                <KindIcon icon={value} /> {value}
              </span>
            ),
          }))}
        />
      </Form.Item>
      <TextField
        name="title_template"
        label={t('cards.kind.template')}
        hint={t('cards.kind.templateHint', { example: EXAMPLE })}
      />
      <RolesField
        name="readers"
        label={t('cards.kind.readers')}
        empty={t('cards.attribute.everybody')}
      />
      <RolesField
        name="editors"
        label={t('cards.kind.editors')}
        empty={t('cards.attribute.everybodyEdits')}
      />
    </>
  );
}

/** Kinds of cards that administrators made. */
export function KindsTab() {
  const { t, i18n } = useTranslation();
  const name = (kind: CardKind) => localText(kind.title, i18n.language);
  return (
    <CrudPage<CardKind, CardKindInput>
      spec={{
        resource: cardKinds,
        read: 'card.read',
        write: 'structure.write',
        title: t('cards.structures.kinds'),
        note: t('cards.kind.note'),
        search: false,
        name,
        columns: [
          {
            title: t('cards.attribute.title'),
            render: (_, kind) => (
              <span className="row">
                <KindIcon icon={kind.icon} /> {name(kind)}
              </span>
            ),
          },
          {
            title: t('cards.kind.plural'),
            render: (_, kind) => (
              <Link to={`/customers/cards/${kind.key}`}>
                {localText(kind.plural, i18n.language)}
              </Link>
            ),
          },
          { title: t('cards.attribute.key'), render: (_, kind) => <code>{kind.key}</code> },
          {
            title: t('cards.kind.template'),
            render: (_, kind) => <code>{kind.title_template}</code>,
          },
        ],
        rowActions: (kind) => (
          <Link to={`/automation/structures/attributes?of=${kind.key}`}>
            {t('cards.structures.attributes')}
          </Link>
        ),
        initial: (kind) => kind ?? { icon: 'tag' },
        toInput: ({ key, title, plural, icon, title_template, readers, editors }) => ({
          key,
          title,
          plural,
          icon,
          title_template,
          readers: orNull(readers),
          editors: orNull(editors),
        }),
        fields: (item) => <Fields item={item} />,
      }}
    />
  );
}
