import { useQuery } from '@tanstack/react-query';
import { Descriptions, Tag } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate } from 'react-router';
import { type Membership, memberships } from '../../api/loyalty';
import type { Problem } from '../../api/problem';
import { useCan } from '../../api/session';
import { localText, points } from '../../lib/format';
import { ProblemNote } from '../../ui/ProblemNote';
import { ReasonButton } from '../../ui/ReasonButton';

/** How often the balance is read again while the customer is on the line: points move meanwhile. */
const EVERY_MS = 10_000;
/** What is asked for most often; it opens on the member's page, where all the rest is. */
const ACTS = ['award', 'order', 'convert'] as const;

function Actions({ of }: { of: Membership }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useCan('loyalty.serve');
  const refused = !may
    ? t('common.noAccess', { operation: 'loyalty.serve' })
    : of.status === 'enrolled'
      ? undefined
      : t(`loyalty.status.${of.status}`);
  return (
    <div className="row wrap">
      {ACTS.map((act) => (
        <ReasonButton
          key={act}
          size="small"
          reason={refused}
          onClick={() => void navigate(`/loyalty/members/${of.account_id}?act=${act}`)}
        >
          {t(`loyalty.member.${act}`)}
        </ReasonButton>
      ))}
    </div>
  );
}

function One({ of }: { of: Membership }) {
  const { t, i18n } = useTranslation();
  const amount = (value: number) => points(value, i18n.language);
  return (
    <section className="loyalty-card" aria-label={localText(of.title, i18n.language)}>
      <Descriptions
        size="small"
        column={1}
        items={[
          {
            key: 'account',
            label: localText(of.title, i18n.language),
            children: (
              <>
                <Link to={`/loyalty/members/${of.account_id}`}>{of.number}</Link>{' '}
                {of.status === 'enrolled' ? null : <Tag>{t(`loyalty.status.${of.status}`)}</Tag>}
              </>
            ),
          },
          ...(of.tier
            ? [
                {
                  key: 'tier',
                  label: t('loyalty.members.tier'),
                  children: localText(of.tier.title, i18n.language),
                },
              ]
            : []),
          ...of.balances.map((one) => ({
            key: one.bonus_type,
            label: localText(one.title, i18n.language) || one.bonus_type,
            children: (
              <>
                <strong>{amount(one.available)}</strong>
                <span className="dim">
                  {[
                    one.held > 0 ? `${t('loyalty.member.held')} ${amount(one.held)}` : '',
                    one.pending > 0 ? `${t('loyalty.member.pending')} ${amount(one.pending)}` : '',
                    one.debt > 0 ? `${t('loyalty.member.debt')} ${amount(one.debt)}` : '',
                  ]
                    .filter(Boolean)
                    .map((text) => ` · ${text}`)
                    .join('')}
                </span>
              </>
            ),
          })),
        ]}
      />
      <Actions of={of} />
    </section>
  );
}

/** What the customer on the line has in programmes, and what may be done about it (CIMP-TXN-05). */
export default function LoyaltyCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const found = useQuery<{ memberships: Membership[] }, Problem>({
    queryKey: ['loyalty', 'memberships', customer],
    queryFn: () => memberships(customer),
    refetchInterval: EVERY_MS,
  });
  const list = found.data?.memberships;
  return (
    <>
      <h2>{t('loyalty.desk.title')}</h2>
      <ProblemNote error={found.error} onRetry={() => void found.refetch()} />
      {list?.length === 0 ? <p className="dim">{t('loyalty.desk.none')}</p> : null}
      {list?.map((one) => (
        <One key={one.account_id} of={one} />
      ))}
    </>
  );
}
