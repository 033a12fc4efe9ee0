import { ImportOutlined, PlusOutlined } from '@ant-design/icons';
import { Input, Modal, Select, Table, Tag } from 'antd';
import type { ColumnsType } from 'antd/es/table';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { type EventType, RULE_STATES, type Rule } from '../../api/automation';
import { createRule, importRule, useEventTypes, useRules } from '../../api/rules';
import { useCan } from '../../api/session';
import { chooseFile } from '../../lib/files';
import { count, dateTime } from '../../lib/format';
import { readyText } from '../../lib/i18n';
import { errorsOf } from '../../ui/criteria/faults';
import { emptyDocument } from '../../ui/decision/document';
import { eventTitle } from '../../ui/decision/sentence';
import { EmptyState } from '../../ui/EmptyState';
import { focusFirst } from '../../ui/focusFirst';
import { PageHead } from '../../ui/PageHead';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { SearchBox } from '../../ui/SearchBox';
import { useSay } from '../../ui/say';
import { StateTag } from './StateTag';
import './rules.css';

function columns(t: TFunction, language: string, types: EventType[]): ColumnsType<Rule> {
  const number = (key: keyof Rule['counters']) => ({
    title: t(`rules.${key}`),
    key,
    align: 'right' as const,
    width: 110,
    render: (_: unknown, rule: Rule) =>
      rule.counters[key] > 0 ? count(rule.counters[key], language) : <span className="dim">0</span>,
  });
  return [
    {
      title: t('common.name'),
      key: 'name',
      render: (_, rule) => (
        <>
          <Link to={`/automation/rules/${rule.id}`}>{readyText(rule.name)}</Link>
          {rule.description ? (
            <div className="dim two-lines">{readyText(rule.description)}</div>
          ) : null}
        </>
      ),
    },
    {
      title: t('rules.event'),
      key: 'event',
      render: (_, rule) => eventTitle(rule.document.event || '—', types, language),
    },
    {
      title: t('rules.state'),
      key: 'state',
      render: (_, rule) => {
        const errors = errorsOf(rule.faults);
        return (
          <>
            <StateTag rule={rule} />
            {errors > 0 ? <Tag color="error">{t('rules.faultsCount', { n: errors })}</Tag> : null}
          </>
        );
      },
    },
    number('seen'),
    number('matched'),
    number('reacted'),
    number('failed'),
    {
      title: t('rules.changed'),
      key: 'changed',
      width: 150,
      render: (_, rule) => dateTime(rule.updated_at, language),
    },
  ];
}

/** Every rule with what it does now. Filters live in the address, so a view can be sent to a colleague. */
export default function RulesPage() {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const [named, setNamed] = useState<string>();
  const [making, setMaking] = useState(false);
  const types = useEventTypes().data ?? [];
  const filter = Object.fromEntries(params);
  const list = useRules(filter);
  const may = useCan('rule.write');
  const refused = may ? undefined : t('common.noAccess', { operation: 'rule.write' });
  const set = (key: string, value: string | undefined) =>
    setParams(
      (now) => {
        if (value) now.set(key, value);
        else now.delete(key);
        return now;
      },
      { replace: true },
    );
  const open = (rule: Rule) => navigate(`/automation/rules/${rule.id}`);
  const create = async () => {
    if (!named?.trim() || making) return;
    setMaking(true);
    const [only] = types.length === 1 ? types : [];
    await createRule(named.trim(), emptyDocument(only?.name)).then(open, say.failed);
    setMaking(false);
  };
  const bring = async () => {
    const file = await chooseFile('.json,application/json');
    if (!file) return;
    let content: unknown;
    try {
      content = JSON.parse(file.text);
    } catch {
      return say.failed(new Error(t('rules.importBad')));
    }
    await importRule(content).then((rule) => {
      say.done(t('rules.imported'));
      return open(rule);
    }, say.failed);
  };
  const items = list.data?.items ?? [];
  const filtered = Boolean(filter.q || filter.state);
  return (
    <div className="page">
      <PageHead title={t('automation.rules')} note={t('rules.note')}>
        <SearchBox initial={filter.q ?? ''} onSearch={(q) => set('q', q)} />
        <Select
          allowClear
          style={{ width: 180 }}
          aria-label={t('rules.state')}
          placeholder={t('rules.anyState')}
          value={filter.state ?? null}
          options={RULE_STATES.map((value) => ({ value, label: t(`rules.states.${value}`) }))}
          onChange={(value) => set('state', value ?? undefined)}
        />
        <ReasonButton
          icon={<ImportOutlined aria-hidden />}
          reason={refused}
          onClick={() => void bring()}
        >
          {t('rules.import')}
        </ReasonButton>
        <ReasonButton
          type="primary"
          icon={<PlusOutlined aria-hidden />}
          reason={refused}
          onClick={() => setNamed('')}
        >
          {t('rules.create')}
        </ReasonButton>
      </PageHead>
      <ProblemNote error={list.error} onRetry={() => void list.refetch()} />
      <Table<Rule>
        rowKey="id"
        size="small"
        className="panel"
        scroll={{ x: 900 }}
        loading={list.isPending}
        columns={columns(t, i18n.language, types)}
        dataSource={items}
        pagination={items.length > 50 ? { pageSize: 50 } : false}
        locale={{
          emptyText: list.isPending ? (
            ' '
          ) : (
            <EmptyState text={t(filtered ? 'common.emptySearch' : 'rules.none')} />
          ),
        }}
      />
      <Modal
        afterOpenChange={focusFirst}
        open={named !== undefined}
        title={t('rules.create')}
        okText={t('common.create')}
        cancelText={t('common.cancel')}
        okButtonProps={{ disabled: !named?.trim() }}
        confirmLoading={making}
        onOk={() => void create()}
        onCancel={() => setNamed(undefined)}
      >
        <Input
          aria-label={t('rules.newName')}
          placeholder={t('rules.newName')}
          maxLength={200}
          value={named}
          onChange={(event) => setNamed(event.target.value)}
          onPressEnter={() => void create()}
        />
      </Modal>
    </div>
  );
}
