import { Form, Select } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import {
  type AccountRow,
  accounts,
  type Profile,
  programmes,
  type RegisterInput,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { dateTime, localText, phone } from '../../lib/format';
import { CrudPage } from '../../ui/crud/CrudPage';
import { TextField } from '../../ui/crud/fields';
import type { Spec } from '../../ui/crud/spec';
import { ParticipantFields, RegionFields } from './member/ParticipantFields';
import { ServiceFields } from './member/ServiceFields';
import { StatusTag, useMasterNames } from './parts';

/** The form is flat; the server wants the participant and the first service apart. */
type Flat = Record<string, string | undefined>;

function toRegister(flat: Flat): RegisterInput {
  const { name, phone, email, language, birth_date, sex, address, service, line, ...rest } = flat;
  const { code, user_id, programme, number, macroregion, region } = rest;
  return {
    programme: programme || null,
    number: number || null,
    macroregion: macroregion || null,
    region: region || null,
    participant: {
      name: name || null,
      phone: phone || null,
      email: email || null,
      language: (language || null) as 'ru' | null,
      birth_date: birth_date || null,
      sex: sex || null,
      address: address || null,
    },
    services: [{ code: code ?? '', name: service ?? '', user_id: user_id ?? '', line: line ?? '' }],
  };
}

function RegisterFields() {
  const { t, i18n } = useTranslation();
  const all = useList(programmes, { limit: 100 }).data?.items ?? [];
  return (
    <>
      {all.length > 1 ? (
        <Form.Item
          name="programme"
          label={t('loyalty.members.programme')}
          rules={[{ required: true, message: t('common.required') }]}
        >
          <Select
            options={all.map((one) => ({
              value: one.code,
              label: localText(one.title, i18n.language),
            }))}
          />
        </Form.Item>
      ) : null}
      <ParticipantFields />
      <TextField
        name="number"
        label={t('loyalty.members.number')}
        hint={t('loyalty.members.numberHint')}
        optional
      />
      <RegionFields />
      <h3>{t('loyalty.members.firstService')}</h3>
      <ServiceFields name="service" />
    </>
  );
}

/** Everybody who takes part, found by whatever is known of them (CIMP-ACC-02). */
export default function MembersPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const region = useMasterNames('region');
  const macroregion = useMasterNames('macroregion');
  const spec: Spec<AccountRow, Flat, Profile> = {
    resource: { ...accounts, create: (flat: Flat) => accounts.create(toRegister(flat)) } as never,
    read: 'loyalty.read',
    write: 'loyalty.serve',
    title: t('loyalty.nav.members'),
    note: t('loyalty.members.note'),
    empty: t('loyalty.members.none'),
    createVerb: t('loyalty.members.register'),
    inAddress: true,
    edit: false,
    remove: false,
    fields: () => <RegisterFields />,
    initial: () => ({}),
    name: (row) => row.number,
    created: (made) => void navigate(`/loyalty/members/${made.id}`),
    columns: [
      {
        title: t('loyalty.members.number'),
        render: (_, row) => <Link to={`/loyalty/members/${row.id}`}>{row.number}</Link>,
      },
      { title: t('loyalty.members.name'), render: (_, row) => row.name ?? '—' },
      { title: t('loyalty.members.phone'), render: (_, row) => phone(row.phone) },
      { title: t('loyalty.members.email'), render: (_, row) => row.email ?? '—' },
      { title: t('loyalty.members.status'), render: (_, row) => <StatusTag status={row.status} /> },
      {
        title: t('loyalty.members.tier'),
        render: (_, row) => (row.tier ? localText(row.tier.title, i18n.language) : '—'),
      },
      {
        title: t('loyalty.members.region'),
        render: (_, row) => (row.region ? region(row.region) : macroregion(row.macroregion)),
      },
      {
        title: t('loyalty.members.registered'),
        render: (_, row) => dateTime(row.registered_at, i18n.language),
      },
    ],
  };
  return (
    <div className="page">
      <CrudPage<AccountRow, Flat, Profile> spec={spec} />
    </div>
  );
}
