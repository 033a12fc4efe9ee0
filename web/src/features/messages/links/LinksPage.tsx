import { Form, Input, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { type Link, type LinkInput, links } from '../../../api/messages';
import { CrudPage } from '../../../ui/crud/CrudPage';
import { NumberField, SwitchField, TextField } from '../../../ui/crud/fields';
import { Lamp } from './Lamp';
import { defaults, SETTINGS, type SettingName } from './settings';

/** How often the lamps are looked at. */
const REFRESH_MS = 2_000;

function Setting({ name }: { name: SettingName }) {
  const { t } = useTranslation();
  const setting = SETTINGS[name];
  const label = t(`messages.link.${name}`);
  if (setting.kind === 'number')
    return <NumberField name={['settings', name]} label={label} min={setting.min ?? 1} />;
  if (setting.kind === 'choice')
    return (
      <Form.Item name={['settings', name]} label={label} required>
        <Select options={(setting.choices ?? []).map((value) => ({ value, label: value }))} />
      </Form.Item>
    );
  return (
    <Form.Item
      name={['settings', name]}
      label={label}
      rules={setting.optional ? [] : [{ required: true, message: t('common.required') }]}
    >
      <Input autoComplete="off" spellCheck={false} />
    </Form.Item>
  );
}

function Fields({ item }: { item: Link | undefined }) {
  const { t } = useTranslation();
  const form = Form.useFormInstance<LinkInput>();
  const kind = Form.useWatch('kind', form) ?? item?.kind ?? 'smpp';
  const names = (Object.keys(SETTINGS) as SettingName[]).filter((name) =>
    SETTINGS[name].of.includes(kind),
  );
  // Settings that this form does not show stay as they are.
  const others = Object.keys(item?.settings ?? {}).filter((name) => !(name in SETTINGS));
  return (
    <>
      <div className="pair">
        <TextField name="name" label={t('common.name')} />
        <Form.Item name="kind" label={t('messages.link.kind')} required>
          <Select
            disabled={Boolean(item)}
            onChange={(value) => form.setFieldValue('settings', defaults(value))}
            options={(['smpp', 'smtp'] as const).map((value) => ({
              value,
              label: t(`messages.link.kinds.${value}`),
            }))}
          />
        </Form.Item>
      </div>
      <SwitchField name="enabled" label={t('messages.link.enabled')} />
      <div className="pair">
        {names.map((name) => (
          <Setting key={name} name={name} />
        ))}
      </div>
      {others.map((name) => (
        <Form.Item key={name} name={['settings', name]} hidden>
          <Input />
        </Form.Item>
      ))}
      <Form.Item
        name="password"
        label={t('messages.link.password')}
        extra={item ? t('messages.link.passwordKept') : undefined}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </>
  );
}

/** Links to SMS centres and mail servers, with a lamp that says whether messages can leave. */
export default function LinksPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<Link, LinkInput>
      spec={{
        resource: links,
        read: 'link.read',
        write: 'link.write',
        title: t('messages.links'),
        note: t('messages.link.note'),
        search: false,
        everyMs: REFRESH_MS,
        name: (link) => link.name,
        columns: [
          {
            title: t('common.name'),
            render: (_, link) => (
              <>
                {link.name}
                <div className="dim">{t(`messages.link.kinds.${link.kind}`)}</div>
              </>
            ),
          },
          { title: t('messages.state'), key: 'state', render: (_, link) => <Lamp link={link} /> },
          {
            title: t('messages.link.host'),
            render: (_, link) => (
              <>
                {`${link.settings.host}:${link.settings.port}`}
                <div className="dim">
                  {String(link.settings.sender ?? link.settings.from ?? '')}
                </div>
              </>
            ),
          },
          {
            title: t('messages.link.window'),
            align: 'right',
            render: (_, link) =>
              link.settings.window === undefined
                ? '—'
                : `${link.state?.pending ?? 0} / ${link.settings.window}`,
          },
          {
            title: t('messages.link.per_second'),
            align: 'right',
            render: (_, link) => String(link.settings.per_second ?? '—'),
          },
        ],
        initial: (link) => link ?? { kind: 'smpp', enabled: true, settings: defaults('smpp') },
        toInput: ({ kind, name, enabled, settings, password }) => ({
          kind,
          name,
          enabled,
          settings: Object.fromEntries(
            Object.entries(settings).filter(([, value]) => value !== undefined && value !== ''),
          ),
          ...(password ? { password } : {}),
        }),
        fields: (item) => <Fields item={item} />,
      }}
    />
  );
}
