import { Button, Descriptions, Drawer, Table, Typography } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Explanation, explain } from '../../../api/loyalty';
import { useCan } from '../../../api/session';
import { dateTime, lastDay } from '../../../lib/format';
import { readyText } from '../../../lib/i18n';
import { ProblemNote } from '../../../ui/ProblemNote';
import { Change, useBonusTypes, useMasterNames, useOne, usePoints } from '../parts';
import { useCounterWord, useKindWord, useRecordWord, useSourceWord } from '../words';

function Cause({ of }: { of: Explanation }) {
  const { t, i18n } = useTranslation();
  const word = useKindWord();
  const record = useRecordWord();
  const readsRules = useCan('rule.read');
  const rule = of.rule;
  const version = rule
    ? t('loyalty.explain.version', {
        name: readyText(rule.name ?? rule.id),
        version: rule.version ?? '',
      })
    : '';
  const items: { key: string; label: string; children: ReactNode }[] = [];
  if (of.event_name ?? of.event)
    items.push({
      key: 'event',
      label: t('loyalty.explain.event'),
      children: of.event
        ? [word(of.event.kind), dateTime(of.event.at, i18n.language), of.event.source]
            .filter(Boolean)
            .join(', ')
        : of.event_name,
    });
  if (rule)
    items.push({
      key: 'rule',
      label: t('loyalty.explain.rule'),
      children: readsRules ? (
        <Link to={`/automation/rules/${rule.id}/versions`}>{version}</Link>
      ) : (
        version
      ),
    });
  if (of.file)
    items.push({
      key: 'file',
      label: t('loyalty.explain.file'),
      children: `${of.file}, ${t('loyalty.explain.line', { line: of.line ?? '' })}`,
    });
  if (of.record)
    items.push({ key: 'record', label: t('loyalty.explain.record'), children: record(of.record) });
  return items.length > 0 ? (
    <Descriptions size="small" column={1} items={items} />
  ) : (
    <p className="dim">{t('loyalty.explain.byHand')}</p>
  );
}

/** One movement, back to the event and the version of the rule that caused it (CIMP-GEN-03). */
export function Explained({
  account,
  transaction,
  onShow,
}: {
  account: string;
  transaction: string;
  onShow(transaction: string): void;
}) {
  const { t, i18n } = useTranslation();
  const points = usePoints();
  const word = useKindWord();
  const counter = useCounterWord();
  const source = useSourceWord();
  const bonus = useBonusTypes();
  const reason = useMasterNames('reason');
  const found = useOne(['loyalty', 'explain', transaction], () => explain(account, transaction));
  const of = found.data;
  const links = (ids: string[]) =>
    ids.map((id) => (
      <Button key={id} type="link" size="small" onClick={() => onShow(id)}>
        {id.slice(-8)}
      </Button>
    ));
  return (
    <div className="explained">
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {of ? (
        <>
          <Descriptions
            size="small"
            column={{ xs: 1, md: 2 }}
            items={[
              {
                key: 'what',
                label: t('loyalty.field.what'),
                children: word(of.kind),
              },
              {
                key: 'effective',
                label: t('loyalty.explain.effective'),
                children: dateTime(of.effective_at, i18n.language, { exact: true }),
              },
              {
                key: 'booked',
                label: t('loyalty.explain.booked'),
                children: dateTime(of.booked_at, i18n.language, { exact: true }),
              },
              {
                key: 'who',
                label: t('loyalty.field.who'),
                children: of.author_name ?? t('loyalty.explain.system'),
              },
              {
                key: 'reason',
                label: t('loyalty.field.reason'),
                children: word(reason(of.reason)),
              },
              { key: 'source', label: t('loyalty.field.source'), children: source(of.source) },
              {
                key: 'number',
                label: t('loyalty.field.number'),
                children: (
                  <Typography.Text code copyable={{ text: of.hash }}>
                    {of.number}: {of.hash.slice(0, 16)}…
                  </Typography.Text>
                ),
              },
            ]}
          />
          <h3>{t('loyalty.explain.cause')}</h3>
          <Cause of={of} />
          <h3>{t('loyalty.explain.postings')}</h3>
          <Table
            rowKey={(row) => row.bonus_type + row.counter + row.balance}
            size="small"
            pagination={false}
            dataSource={of.postings}
            columns={[
              {
                title: t('loyalty.field.bonusType'),
                render: (_, row) => bonus.title(row.bonus_type),
              },
              {
                title: t('loyalty.field.amount'),
                align: 'right',
                render: (_, row) => <Change amount={row.amount} />,
              },
              {
                title: t('loyalty.members.balance'),
                align: 'right',
                render: (_, row) => points(row.balance),
              },
              { title: t('loyalty.explain.counter'), render: (_, row) => counter(row.counter) },
            ]}
          />
          {of.draws.length > 0 ? (
            <>
              <h3>{t('loyalty.explain.draws')}</h3>
              <Table
                rowKey={(row) => row.accrual + row.amount}
                size="small"
                pagination={false}
                dataSource={of.draws}
                columns={[
                  {
                    title: t('loyalty.explain.accrual'),
                    render: (_, row) => links([row.accrual]),
                  },
                  {
                    title: t('loyalty.field.amount'),
                    align: 'right',
                    render: (_, row) => points(row.amount),
                  },
                  {
                    title: t('loyalty.member.expires'),
                    render: (_, row) =>
                      row.expires_at
                        ? lastDay(row.expires_at, i18n.language)
                        : t('loyalty.member.never'),
                  },
                ]}
              />
            </>
          ) : null}
          {of.reverses.length > 0 ? (
            <p>
              {t('loyalty.explain.reverses')}: {links(of.reverses)}
            </p>
          ) : null}
          {of.reversed_by.length > 0 ? (
            <p>
              {t('loyalty.explain.reversedBy')}: {links(of.reversed_by)}
            </p>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

/** The same beside the list, for movements that are reached from one another. */
export function ExplainDrawer({
  account,
  transaction,
  onShow,
  onClose,
}: {
  account: string;
  transaction: string;
  onShow(transaction: string): void;
  onClose(): void;
}) {
  const { t } = useTranslation();
  return (
    <Drawer open size={760} title={t('loyalty.member.explain')} onClose={onClose}>
      <Explained account={account} transaction={transaction} onShow={onShow} />
    </Drawer>
  );
}
