import { PlusOutlined } from '@ant-design/icons';
import { Form, Input, Select, Table } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import {
  type AccountRow,
  accounts,
  type Profile,
  programmes,
  type RegisterInput,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { useCan } from '../../api/session';
import { dateTime, localText, phone } from '../../lib/format';
import { EditDrawer } from '../../ui/crud/EditDrawer';
import { TextField } from '../../ui/crud/fields';
import type { Spec } from '../../ui/crud/spec';
import { EmptyState } from '../../ui/EmptyState';
import { PageHead } from '../../ui/PageHead';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { ServiceFields } from './member/ServiceFields';
import { MasterField, StatusTag } from './parts';
import './loyalty.css';

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
      <TextField name="name" label={t('loyalty.members.name')} />
      <div className="pair">
        <TextField name="phone" label={t('loyalty.members.phone')} optional />
        <TextField name="email" label={t('loyalty.members.email')} optional />
      </div>
      <div className="pair">
        <Form.Item name="birth_date" label={t('loyalty.members.birthDate')}>
          <Input type="date" />
        </Form.Item>
        <Form.Item name="language" label={t('nav.language')}>
          <Select
            allowClear
            options={['ru', 'uz', 'en'].map((value) => ({ value, label: value.toUpperCase() }))}
          />
        </Form.Item>
      </div>
      <TextField name="address" label={t('loyalty.members.address')} optional />
      <TextField
        name="number"
        label={t('loyalty.members.number')}
        hint={t('loyalty.members.numberHint')}
        optional
      />
      <div className="pair">
        <MasterField
          kind="macroregion"
          name="macroregion"
          label={t('loyalty.members.macroregion')}
          optional
        />
        <MasterField kind="region" name="region" label={t('loyalty.members.region')} optional />
      </div>
      <h3>{t('loyalty.members.firstService')}</h3>
      <ServiceFields name="service" />
    </>
  );
}

function useRegisterSpec(done: (made: Profile) => void): Spec<AccountRow, Flat, Profile> {
  const { t } = useTranslation();
  return {
    resource: { ...accounts, create: (flat: Flat) => accounts.create(toRegister(flat)) } as never,
    read: 'loyalty.read',
    write: 'loyalty.serve',
    title: t('loyalty.nav.members'),
    columns: [],
    fields: () => <RegisterFields />,
    initial: () => ({}),
    name: (row) => row.number,
    created: done,
  };
}

/** Everybody who takes part, found by whatever is known of them (CIMP-ACC-02). */
export default function MembersPage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [adding, setAdding] = useState(false);
  const cursors = useCursors();
  const q = params.get('q') ?? '';
  const list = useList(accounts, {
    limit: 50,
    ...(q ? { q } : {}),
    ...(cursors.cursor ? { cursor: cursors.cursor } : {}),
  });
  const may = useCan('loyalty.serve');
  const refused = may ? undefined : t('common.noAccess', { operation: 'loyalty.serve' });
  const spec = useRegisterSpec((made) => void navigate(`/loyalty/members/${made.id}`));
  const columns: ColumnsType<AccountRow> = [
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
      render: (_, row) => row.region ?? row.macroregion ?? '—',
    },
    {
      title: t('loyalty.members.registered'),
      render: (_, row) => dateTime(row.registered_at, i18n.language),
    },
  ];
  return (
    <div className="page">
      <PageHead title={t('loyalty.nav.members')} note={t('loyalty.members.note')}>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined />}
          reason={refused}
          onClick={() => setAdding(true)}
        >
          {t('loyalty.members.register')}
        </ReasonButton>
      </PageHead>
      <div className="row filters wrap">
        <SearchBox
          initial={q}
          onSearch={(text) => {
            cursors.reset();
            setParams(text ? { q: text } : {}, { replace: true });
          }}
        />
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<AccountRow>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending}
        columns={columns}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{
          emptyText: <EmptyState text={q ? t('common.emptySearch') : t('loyalty.members.none')} />,
        }}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      {adding ? (
        <EditDrawer
          spec={spec}
          item={undefined}
          refused={refused}
          onClose={() => setAdding(false)}
        />
      ) : null}
    </div>
  );
}
