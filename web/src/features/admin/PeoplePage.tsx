import { Button, Dropdown, Form, Modal, Select, Tag } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AddedPerson, Person, PersonInput } from '../../api/contract';
import { send } from '../../api/http';
import { useChange } from '../../api/query';
import { people, roles, units } from '../../api/resources';
import { useAll, useCan } from '../../api/session';
import { skew } from '../../api/skew';
import { LANGUAGES } from '../../lib/i18n';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { Secret } from '../../ui/crud/Secret';
import { useSay } from '../../ui/say';
import { RoleGrants } from './RoleGrants';

function statusOf(person: Person): 'active' | 'disabled' | 'locked' {
  if (person.is_disabled) return 'disabled';
  return person.locked_until && Date.parse(person.locked_until) > skew.now() ? 'locked' : 'active';
}

type Act = 'reset-password' | 'unlock' | 'disable' | 'enable' | 'sign-out-everywhere';

function Fields({ person }: { person: Person | undefined }) {
  const { t } = useTranslation();
  const directory = person?.directory;
  const unitList = useAll(units).map((unit) => ({ value: unit.unit_id, label: unit.name }));
  return (
    <>
      {directory ? <p className="dim">{t('admin.people.ofDirectory', { directory })}</p> : null}
      <div className="pair">
        <TextField name="name" label={t('admin.people.name')} />
        <TextField name="login" label={t('signin.login')} />
        <TextField name="personnel_number" label={t('admin.people.personnel')} optional />
        <TextField name="sip_number" label={t('admin.people.sip')} optional />
        <Form.Item name="locale" label={t('nav.language')} rules={[{ required: true }]}>
          <Select options={LANGUAGES.map(({ code, name }) => ({ value: code, label: name }))} />
        </Form.Item>
        <Form.Item
          name="unit_id"
          label={t('admin.people.unit')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select options={unitList} showSearch={{ optionFilterProp: 'label' }} />
        </Form.Item>
      </div>
      <RoleGrants />
      {person ? null : (
        <TextField
          name="password"
          label={t('signin.password')}
          optional
          password
          hint={t('admin.people.passwordHint')}
        />
      )}
    </>
  );
}

export default function PeoplePage() {
  const { t } = useTranslation();
  const say = useSay();
  const [secret, setSecret] = useState<string>();
  const may = useCan('person.write');
  const roleList = useAll(roles);
  const act = useChange(
    ({ id, what }: { id: string; what: Act }) =>
      send<{ password?: string } | undefined>(`/people/${id}/${what}`, { method: 'POST' }),
    [people.path],
  );
  const run = (person: Person, what: Act) =>
    act.mutateAsync({ id: person.person_id, what }).then((result) => {
      if (result?.password) setSecret(result.password);
      else say.done(t('common.saved'));
    }, say.failed);
  return (
    <>
      <CrudPage<Person, PersonInput, AddedPerson>
        spec={{
          resource: people,
          read: 'person.read',
          write: 'person.write',
          title: t('admin.page.people'),
          note: t('admin.people.note'),
          remove: false,
          name: (person) => person.name,
          columns: [
            { title: t('admin.people.name'), dataIndex: 'name' },
            {
              title: t('signin.login'),
              render: (_, person) => (
                <>
                  {person.login} {person.directory ? <Tag>{person.directory}</Tag> : null}
                </>
              ),
            },
            {
              title: t('admin.people.roles'),
              render: (_, person) =>
                person.roles.map((grant) => (
                  <Tag key={grant.role_id + (grant.unit_id ?? '')}>
                    {roleList.find((role) => role.role_id === grant.role_id)?.name ?? '…'}
                  </Tag>
                )),
            },
            {
              title: t('admin.people.sip'),
              dataIndex: 'sip_number',
              render: (value) => value ?? '—',
            },
            {
              title: t('floor.state'),
              render: (_, person) => (
                <Tag
                  color={
                    statusOf(person) === 'active'
                      ? 'success'
                      : statusOf(person) === 'locked'
                        ? 'error'
                        : 'default'
                  }
                >
                  {t(`admin.people.status.${statusOf(person)}`)}
                </Tag>
              ),
            },
          ],
          initial: (person) => person ?? { locale: 'ru', roles: [] },
          toInput: (values) => ({
            ...values,
            personnel_number: values.personnel_number || null,
            sip_number: values.sip_number || null,
            roles: values.roles ?? [],
            ...(values.password ? {} : { password: undefined }),
          }),
          created: (added) => {
            if (added.password) setSecret(added.password);
          },
          fields: (person) => <Fields person={person} />,
          rowActions: (person) => (
            <Dropdown
              trigger={['click']}
              disabled={!may}
              menu={{
                onClick: ({ key }) => void run(person, key as Act),
                items: [
                  {
                    key: 'reset-password',
                    label: t('admin.people.reset'),
                    disabled: Boolean(person.directory),
                  },
                  {
                    key: 'unlock',
                    label: t('admin.people.unlock'),
                    disabled: statusOf(person) !== 'locked',
                  },
                  statusOf(person) === 'disabled'
                    ? { key: 'enable', label: t('admin.people.enable') }
                    : { key: 'disable', label: t('admin.people.disable') },
                  { key: 'sign-out-everywhere', label: t('nav.signOutEverywhere') },
                ],
              }}
            >
              <Button size="small" aria-label={`${t('admin.people.more')}: ${person.name}`}>
                {t('admin.people.more')}
              </Button>
            </Dropdown>
          ),
        }}
      />
      <Modal
        open={Boolean(secret)}
        footer={null}
        onCancel={() => setSecret(undefined)}
        title={t('admin.people.newPassword')}
      >
        {secret ? <Secret value={secret} note={t('admin.people.newPasswordNote')} /> : null}
      </Modal>
    </>
  );
}
