import { Button, DatePicker, Form, Input, Segmented, Select, Table, Tag, Tooltip } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { url } from '../../api/http';
import {
  type Export,
  type ExportInput,
  exportsMade,
  type MasterKind,
  partners,
} from '../../api/loyalty';
import { useList } from '../../api/query';
import { count, dateTime, localText } from '../../lib/format';
import { SwitchField } from '../../ui/crud/fields';
import { EmptyState } from '../../ui/EmptyState';
import { Pager, useCursors } from '../../ui/Pager';
import { ProblemNote } from '../../ui/ProblemNote';
import { MASTER_KINDS } from './MastersPage';
import { ActionDrawer } from './member/ActionDrawer';
import { OnlyProgramme, useProgrammeOptions } from './parts';

const KINDS = ['partner_exchange', 'participants', 'movements', 'masters'] as const;
const ENCODINGS = ['utf8', 'cp1251', 'ascii'] as const;
const COLOURS = { running: 'processing', done: 'success', failed: 'error' } as const;
const EVERY_MS = 2_000;
const isKind = (kind: string): kind is (typeof KINDS)[number] =>
  (KINDS as readonly string[]).includes(kind);

interface Values {
  kind: (typeof KINDS)[number];
  programme_id: string;
  encoding: (typeof ENCODINGS)[number];
  transmit: boolean;
  partner_id?: string;
  span?: [Dayjs, Dayjs];
  condition?: string;
  columns?: string[];
  lists?: MasterKind[];
}

function toInput({ kind, programme_id, encoding, transmit, ...of }: Values): ExportInput {
  const days = { from: of.span?.[0].format('YYYY-MM-DD'), to: of.span?.[1].format('YYYY-MM-DD') };
  const asked = {
    partner_exchange: { partner_id: of.partner_id, ...days },
    participants: { condition: of.condition || null, columns: of.columns ?? [] },
    movements: days,
    masters: { lists: of.lists ?? [] },
  }[kind];
  return { programme_id, encoding, transmit, kind, ...asked } as ExportInput;
}

function ExportDrawer({ onClose }: { onClose(): void }) {
  const { t, i18n } = useTranslation();
  const programmes = useProgrammeOptions();
  const all = useList(partners, { limit: 500 }).data?.items ?? [];
  const [form] = Form.useForm<Values>();
  const kind = Form.useWatch('kind', form) ?? 'movements';
  const required = [{ required: true, message: t('common.required') }];
  return (
    <ActionDrawer<Values>
      title={t('loyalty.export.make')}
      form={form}
      initial={{
        kind: 'movements',
        encoding: 'utf8',
        transmit: false,
        ...(programmes[0] ? { programme_id: programmes[0].value } : {}),
      }}
      onClose={onClose}
      send={async (values) => {
        await exportsMade.create(toInput(values));
        return t('loyalty.statistic.begun');
      }}
    >
      <Form.Item name="kind" label={t('loyalty.field.kind')}>
        <Segmented
          vertical
          options={KINDS.map((value) => ({ value, label: t(`loyalty.export.kinds.${value}`) }))}
        />
      </Form.Item>
      <OnlyProgramme />
      <Form.Item name="programme_id" label={t('loyalty.members.programme')} rules={required}>
        <Select options={programmes} />
      </Form.Item>
      {kind === 'partner_exchange' ? (
        <Form.Item name="partner_id" label={t('loyalty.field.partner')} rules={required}>
          <Select
            options={all.map((one) => ({
              value: one.id,
              label: localText(one.title, i18n.language) || one.code,
            }))}
          />
        </Form.Item>
      ) : null}
      {kind === 'participants' ? (
        <>
          <Form.Item
            name="condition"
            label={t('loyalty.promotion.criteria')}
            extra={t('loyalty.promotion.criteriaHint')}
          >
            <Input.TextArea rows={2} spellCheck={false} />
          </Form.Item>
          <Form.Item
            name="columns"
            label={t('loyalty.export.columns')}
            extra={t('loyalty.export.columnsHint')}
          >
            <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={[',', ' ']} />
          </Form.Item>
        </>
      ) : null}
      {kind === 'masters' ? (
        <Form.Item
          name="lists"
          label={t('loyalty.nav.masters')}
          extra={t('loyalty.export.listsHint')}
        >
          <Select
            mode="multiple"
            options={MASTER_KINDS.map((value) => ({ value, label: t(`loyalty.master.${value}`) }))}
          />
        </Form.Item>
      ) : null}
      {kind === 'movements' || kind === 'partner_exchange' ? (
        <Form.Item name="span" label={t('loyalty.field.period')} rules={required}>
          <DatePicker.RangePicker format="DD.MM.YYYY" style={{ width: '100%' }} />
        </Form.Item>
      ) : null}
      <div className="pair">
        <Form.Item name="encoding" label={t('loyalty.file.encoding')}>
          <Select
            options={ENCODINGS.map((value) => ({
              value,
              label: t(`loyalty.file.encodings.${value}`),
            }))}
          />
        </Form.Item>
        <SwitchField name="transmit" label={t('loyalty.export.transmit')} />
      </div>
    </ActionDrawer>
  );
}

/** Files for partners and for other systems: asked for, made in the background, loaded here (CIMP-PRT-05, CIMP-ETL-12). */
export function Exports() {
  const { t, i18n } = useTranslation();
  const cursors = useCursors();
  const [asking, setAsking] = useState(false);
  const query = { limit: 50, ...(cursors.cursor ? { cursor: cursors.cursor } : {}) };
  const list = useList(exportsMade, query, true, EVERY_MS);
  return (
    <>
      <div className="row filters wrap">
        <span className="dim">{t('loyalty.export.note')}</span>
        <span className="grow" />
        <Button type="primary" onClick={() => setAsking(true)}>
          {t('loyalty.export.make')}
        </Button>
      </div>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Export>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 'max-content' }}
        loading={list.isPending}
        dataSource={list.data?.items ?? []}
        pagination={false}
        locale={{ emptyText: <EmptyState text={t('loyalty.export.none')} /> }}
        columns={[
          { title: t('common.name'), dataIndex: 'name' },
          {
            title: t('loyalty.field.kind'),
            render: (_, one) =>
              isKind(one.kind) ? t(`loyalty.export.kinds.${one.kind}`) : one.kind,
          },
          {
            title: t('loyalty.field.state'),
            render: (_, one) => (
              <Tooltip title={one.failure}>
                <Tag color={COLOURS[one.state]}>{t(`loyalty.statistic.states.${one.state}`)}</Tag>
              </Tooltip>
            ),
          },
          {
            title: t('loyalty.file.lines'),
            align: 'right',
            render: (_, one) => count(one.lines, i18n.language),
          },
          {
            title: t('loyalty.field.when'),
            render: (_, one) => dateTime(one.started_at, i18n.language),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, one) =>
              one.state === 'done' ? (
                <Button size="small" download href={url(`/loyalty/exports/${one.id}/file`)}>
                  {t('loyalty.statistic.file')}
                </Button>
              ) : null,
          },
        ]}
      />
      <Pager cursors={cursors} next={list.data?.next} />
      {asking ? <ExportDrawer onClose={() => setAsking(false)} /> : null}
    </>
  );
}
