import { Form, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Trunk, TrunkInput } from '../../api/contract';
import { trunks } from '../../api/resources';
import { CrudPage } from '../../ui/crud/CrudPage';
import { NumberField, SwitchField, TextField } from '../../ui/crud/fields';

function Fields({ fresh }: { fresh: boolean }) {
  const { t } = useTranslation();
  const kind = Form.useWatch<TrunkInput['kind'] | undefined>('kind');
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <Form.Item name="kind" label={t('admin.trunks.kind')} rules={[{ required: true }]}>
        <Select
          options={(['address', 'digest'] as const).map((value) => ({
            value,
            label: t(`admin.trunks.kinds.${value}`),
          }))}
        />
      </Form.Item>
      <Form.Item
        name="addresses"
        label={t('admin.trunks.addresses')}
        extra={t('admin.trunks.addressesHint')}
        rules={kind === 'address' ? [{ required: true, message: t('common.required') }] : []}
      >
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
      </Form.Item>
      {kind === 'digest' ? (
        <div className="pair">
          <TextField name="username" label={t('admin.trunks.username')} />
          <TextField
            name="password"
            label={t('signin.password')}
            optional={!fresh}
            password
            {...(fresh ? {} : { hint: t('admin.trunks.passwordHint') })}
          />
        </div>
      ) : null}
      <NumberField name="calls_max" label={t('admin.trunks.callsMax')} min={1} />
      <SwitchField name="enabled" label={t('admin.enabled')} />
    </>
  );
}

export default function TrunksPage() {
  const { t } = useTranslation();
  return (
    <CrudPage<Trunk, TrunkInput>
      spec={{
        resource: trunks,
        read: 'trunk.read',
        write: 'trunk.write',
        title: t('admin.page.trunks'),
        note: t('admin.trunks.note'),
        name: (trunk) => trunk.name,
        columns: [
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('admin.trunks.kind'),
            render: (_, trunk) => t(`admin.trunks.kinds.${trunk.kind}`),
          },
          {
            title: t('admin.trunks.addresses'),
            render: (_, trunk) => trunk.addresses?.join(', ') || '—',
          },
          { title: t('admin.trunks.callsMax'), dataIndex: 'calls_max', align: 'right' },
          {
            title: t('admin.enabled'),
            render: (_, trunk) => (
              <Tag color={trunk.enabled ? 'success' : 'default'}>
                {t(trunk.enabled ? 'common.yes' : 'common.no')}
              </Tag>
            ),
          },
        ],
        initial: (trunk) =>
          trunk ?? { kind: 'address', addresses: [], calls_max: 100, enabled: true },
        toInput: (values) => ({
          ...values,
          addresses: values.addresses ?? [],
          username: values.username || null,
          ...(values.password ? {} : { password: undefined }),
        }),
        fields: (trunk) => <Fields fresh={!trunk} />,
      }}
    />
  );
}
