import { Alert, InputNumber, Popconfirm, Table, Typography } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import {
  couponBatches,
  couponCodes,
  draw,
  drawn,
  makeCoupons,
  refreshLoyalty,
  voidCoupons,
} from '../../api/loyalty';
import { useCan } from '../../api/session';
import { download } from '../../lib/download';
import { count, dateTime, localText } from '../../lib/format';
import { EmptyState } from '../../ui/EmptyState';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';
import { useSay } from '../../ui/say';
import { useOne } from './parts';
import { useSourceWord } from './words';

/** Most coupons of one batch: the server makes no more in one request. */
const BATCH_MAX = 100_000;

function useMarket() {
  const { t } = useTranslation();
  return useCan('loyalty.market')
    ? undefined
    : t('common.noAccess', { operation: 'loyalty.market' });
}

/** Batches of coupons; the codes come as a file and are not kept. */
export function Coupons({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const refused = useMarket();
  const source = useSourceWord();
  const [many, setMany] = useState<number | null>(100);
  const [busy, setBusy] = useState(false);
  const found = useOne(['loyalty', 'promotion', id, 'batches'], () => couponBatches(id));
  const keep = (codes: string[]) =>
    download('coupons.csv', `code\n${codes.join('\n')}\n`, 'text/csv');
  const make = () => {
    setBusy(true);
    return makeCoupons(id, many ?? 1)
      .then(async (made) => {
        keep(made.codes);
        say.done(t('loyalty.promotion.made', { n: count(made.codes.length, i18n.language) }));
        await refreshLoyalty();
      }, say.failed)
      .finally(() => setBusy(false));
  };
  return (
    <section>
      <div className="row filters wrap">
        <h2>{t('loyalty.promotion.coupons')}</h2>
        <span className="grow" />
        <InputNumber
          min={1}
          max={BATCH_MAX}
          precision={0}
          value={many}
          onChange={setMany}
          aria-label={t('loyalty.field.quantity')}
        />
        <ReasonButton reason={refused} loading={busy} onClick={() => void make()}>
          {t('loyalty.promotion.make')}
        </ReasonButton>
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      <Table
        rowKey="id"
        size="small"
        className="panel"
        pagination={false}
        loading={found.isPending}
        dataSource={found.data?.items ?? []}
        locale={{
          emptyText: (
            <EmptyState waiting={found.isPending} text={t('loyalty.promotion.noCoupons')} />
          ),
        }}
        columns={[
          {
            title: t('loyalty.field.when'),
            render: (_, row) => dateTime(row.created_at, i18n.language),
          },
          { title: t('loyalty.field.quantity'), dataIndex: 'count', align: 'right' },
          {
            title: t('loyalty.promotion.figures.redeemed'),
            dataIndex: 'redeemed',
            align: 'right',
          },
          {
            title: t('loyalty.field.source'),
            render: (_, row) => (row.voided_at ? t('loyalty.promotion.void') : source(row.source)),
          },
          {
            key: 'actions',
            align: 'right',
            render: (_, row) => (
              <span className="row row-actions">
                <ReasonButton
                  size="small"
                  reason={refused}
                  onClick={() =>
                    void couponCodes(row.id).then((made) => keep(made.codes), say.failed)
                  }
                >
                  {t('loyalty.promotion.codes')}
                </ReasonButton>
                <Popconfirm
                  title={t('loyalty.promotion.voidSure')}
                  okText={t('loyalty.promotion.makeVoid')}
                  cancelText={t('common.close')}
                  okButtonProps={{ danger: true }}
                  disabled={Boolean(refused ?? row.voided_at)}
                  onConfirm={() => voidCoupons(row.id).then(() => refreshLoyalty(), say.failed)}
                >
                  <ReasonButton
                    size="small"
                    danger
                    reason={refused ?? (row.voided_at ? t('loyalty.promotion.void') : undefined)}
                  >
                    {t('loyalty.promotion.makeVoid')}
                  </ReasonButton>
                </Popconfirm>
              </span>
            ),
          },
        ]}
      />
    </section>
  );
}

/** Winners of a contest, with the seed that anybody can draw again with. */
export function Drawing({ id }: { id: string }) {
  const { t, i18n } = useTranslation();
  const say = useSay();
  const refused = useMarket();
  const found = useOne(['loyalty', 'promotion', id, 'draw'], () =>
    drawn(id).catch((problem: { status?: number }) => {
      if (problem.status === 404) return null;
      throw problem;
    }),
  );
  const run = () => draw(id).then(() => refreshLoyalty(), say.failed);
  return (
    <section>
      <div className="row filters wrap">
        <h2>{t('loyalty.promotion.winners')}</h2>
        <span className="grow" />
        {found.data ? null : (
          <ReasonButton type="primary" reason={refused} onClick={() => void run()}>
            {t('loyalty.promotion.draw')}
          </ReasonButton>
        )}
      </div>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {found.data ? (
        <>
          <Alert
            type="info"
            title={
              <Typography.Text copyable={{ text: found.data.seed }}>
                {t('loyalty.promotion.seed', { entries: found.data.entries })}{' '}
                {found.data.seed.slice(0, 16)}…
              </Typography.Text>
            }
          />
          <Table
            rowKey="place"
            size="small"
            className="panel"
            pagination={{ pageSize: 50, hideOnSinglePage: true }}
            dataSource={found.data.winners}
            columns={[
              { title: '№', dataIndex: 'place' },
              {
                title: t('loyalty.field.member'),
                render: (_, row) => (
                  <Link to={`/loyalty/members/${row.account_id}`}>{row.account}</Link>
                ),
              },
              {
                title: t('loyalty.promotion.prizes'),
                render: (_, row) => localText(row.title, i18n.language),
              },
            ]}
          />
        </>
      ) : null}
    </section>
  );
}
