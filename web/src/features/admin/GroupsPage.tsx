import { Form, Select, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import type { PeopleGroup, PeopleGroupInput } from '../../api/contract';
import { people, peopleGroups, roles } from '../../api/resources';
import { useAll } from '../../api/session';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import { RoleGrants } from './RoleGrants';

function Fields() {
  const { t } = useTranslation();
  const list = useAll(people).map((person) => ({
    value: person.person_id,
    label: `${person.name} (${person.login})`,
  }));
  return (
    <>
      <TextField name="name" label={t('common.name')} />
      <RoleGrants />
      <Form.Item name="members" label={t('admin.groups.members')}>
        <Select mode="multiple" options={list} showSearch={{ optionFilterProp: 'label' }} />
      </Form.Item>
    </>
  );
}

/** Groups of people: what a group carries its members may do. */
export default function GroupsPage() {
  const { t } = useTranslation();
  const roleList = useAll(roles);
  return (
    <CrudPage<PeopleGroup, PeopleGroupInput>
      spec={{
        resource: peopleGroups,
        read: 'people_group.read',
        write: 'people_group.write',
        title: t('admin.page.groups'),
        note: t('admin.groups.note'),
        search: false,
        name: (group) => group.name,
        columns: [
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('admin.people.roles'),
            render: (_, group) =>
              group.roles.map((grant) => (
                <Tag key={grant.role_id + grant.unit_id}>
                  {roleList.find((role) => role.role_id === grant.role_id)?.name ?? '…'}
                </Tag>
              )),
          },
          { title: t('admin.groups.members'), render: (_, group) => group.members.length },
        ],
        initial: (group) => group ?? { roles: [], members: [] },
        toInput: (values) => ({
          name: values.name,
          roles: values.roles ?? [],
          members: values.members ?? [],
        }),
        fields: () => <Fields />,
      }}
    />
  );
}
