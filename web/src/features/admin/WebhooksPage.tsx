import { Form, Input, Modal, Popconfirm, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../api/session';
import {
  type MadeWebhook,
  rotateSecret,
  type Webhook,
  type WebhookInput,
  webhooks,
} from '../../api/webhooks';
import { CrudPage } from '../../ui/crud/CrudPage';
import { SwitchField, TextField } from '../../ui/crud/fields';
import { Secret } from '../../ui/crud/Secret';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { Deliveries } from './Deliveries';

function Fields() {
  const { t } = useTranslation();
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <Form.Item
        name="url"
        label={t('hooks.url')}
        rules={[
          { required: true, message: t('common.required') },
          { pattern: /^https?:\/\/.+/, message: t('hooks.urlBad') },
        ]}
      >
        <Input autoComplete="off" spellCheck={false} placeholder="https://" />
      </Form.Item>
      <Form.Item
        name="kinds"
        label={t('hooks.events')}
        extra={t('hooks.eventsHint')}
        rules={[{ required: true, message: t('common.required') }]}
      >
        <Select mode="tags" tokenSeparators={[',', ' ']} open={false} suffixIcon={null} />
      </Form.Item>
      <SwitchField name="enabled" label={t('hooks.enabled')} />
    </>
  );
}

/** Who is told what happens here, whether it got through, and the secret that signs it. */
export default function WebhooksPage() {
  const { t } = useTranslation();
  const say = useSay();
  const [secret, setSecret] = useState<string>();
  const [opened, setOpened] = useState<Webhook>();
  const may = useCan('webhook.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'webhook.write' });
  const rotate = (hook: Webhook) =>
    rotateSecret(hook.id).then((made) => setSecret(made.secret ?? undefined), say.failed);
  return (
    <>
      <CrudPage<Webhook, WebhookInput, MadeWebhook>
        spec={{
          resource: webhooks,
          read: 'webhook.read',
          write: 'webhook.write',
          title: t('hooks.title'),
          note: t('hooks.note'),
          search: false,
          name: (hook) => hook.name,
          columns: [
            { title: t('common.name'), dataIndex: 'name' },
            { title: t('hooks.url'), dataIndex: 'url' },
            { title: t('hooks.events'), key: 'kinds', render: (_, hook) => hook.kinds.join(', ') },
            {
              title: t('hooks.state'),
              key: 'state',
              render: (_, hook) => (
                <>
                  <Tag color={hook.enabled ? 'success' : 'default'}>
                    {t(hook.enabled ? 'hooks.on' : 'hooks.off')}
                  </Tag>
                  {hook.disabled_reason ? <div className="dim">{hook.disabled_reason}</div> : null}
                </>
              ),
            },
          ],
          rowActions: (hook) => (
            <>
              <ReasonButton
                size="small"
                aria-label={`${t('hooks.deliveries')}: ${hook.name}`}
                onClick={() => setOpened(hook)}
              >
                {t('hooks.deliveries')}
              </ReasonButton>
              <Popconfirm
                title={t('hooks.rotateSure')}
                okText={t('hooks.rotate')}
                cancelText={t('common.cancel')}
                disabled={!may}
                onConfirm={() => rotate(hook)}
              >
                <ReasonButton
                  size="small"
                  reason={refused}
                  aria-label={`${t('hooks.rotate')}: ${hook.name}`}
                >
                  {t('hooks.rotate')}
                </ReasonButton>
              </Popconfirm>
            </>
          ),
          initial: (hook) => hook ?? { kinds: [], enabled: true },
          toInput: ({ name, url, kinds, enabled }) => ({
            name,
            url,
            kinds,
            enabled: enabled ?? true,
          }),
          created: (made) => setSecret(made.secret ?? undefined),
          fields: () => <Fields />,
        }}
      />
      {opened ? <Deliveries hook={opened} onClose={() => setOpened(undefined)} /> : null}
      <Modal
        open={Boolean(secret)}
        footer={null}
        onCancel={() => setSecret(undefined)}
        title={t('hooks.secret')}
      >
        {secret ? <Secret value={secret} note={t('hooks.secretOnce')} /> : null}
      </Modal>
    </>
  );
}
