import { Descriptions } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { type Profile, update } from '../../../api/loyalty';
import { useCan } from '../../../api/session';
import { dateTime, day, localText, phone } from '../../../lib/format';
import { ReasonButton } from '../../../ui/ReasonButton';
import { useMasterNames, usePoints, useProgrammeNames } from '../parts';
import { ActionDrawer } from './ActionDrawer';
import { ParticipantFields, RegionFields } from './ParticipantFields';

const isSex = (sex: string | null | undefined): sex is 'female' | 'male' =>
  sex === 'female' || sex === 'male';

/** The form is flat; the server wants the participant apart. */
type Flat = Partial<Record<string, string | null>>;

function EditProfile({ member, onClose }: { member: Profile; onClose(): void }) {
  const { t } = useTranslation();
  const who = member.participant;
  return (
    <ActionDrawer<Flat>
      title={t('common.save')}
      heading={t('loyalty.member.changeProfile')}
      under={['participant']}
      initial={{
        name: who?.name ?? '',
        phone: who?.phone ?? '',
        email: who?.email ?? '',
        birth_date: who?.birth_date ?? '',
        sex: who?.sex ?? null,
        language: who?.language ?? null,
        address: who?.address ?? '',
        macroregion: member.macroregion ?? null,
        region: member.region ?? null,
      }}
      onClose={onClose}
      send={async ({ macroregion, region, ...given }) => {
        const participant = Object.fromEntries(
          Object.entries(given).map(([key, text]) => [key, text || null]),
        );
        await update(member.id, {
          participant,
          macroregion: macroregion ?? '',
          region: region ?? '',
          version: member.version,
        });
        return t('common.saved');
      }}
    >
      <ParticipantFields />
      <RegionFields />
    </ActionDrawer>
  );
}

/** What is known of a member, and what of it is changed (CIMP-ACC-03, CIMP-ACC-11). */
export function ProfilePanel({ member }: { member: Profile }) {
  const { t, i18n } = useTranslation();
  const [editing, setEditing] = useState(false);
  const may = useCan('loyalty.serve');
  const readsCustomers = useCan('customer.read');
  const region = useMasterNames('region');
  const macroregion = useMasterNames('macroregion');
  const programme = useProgrammeNames();
  const refused = may ? undefined : t('common.noAccess', { operation: 'loyalty.serve' });
  const who = member.participant;
  const points = usePoints();
  const date = (at: string | null | undefined) => (at ? dateTime(at, i18n.language) : '—');
  return (
    <section className="panel padded">
      <Descriptions
        size="small"
        column={{ xs: 1, md: 2 }}
        items={[
          { key: 'name', label: t('loyalty.members.name'), children: who?.name ?? '—' },
          { key: 'phone', label: t('loyalty.members.phone'), children: phone(who?.phone) },
          { key: 'email', label: t('loyalty.members.email'), children: who?.email ?? '—' },
          {
            key: 'birth',
            label: t('loyalty.members.birthDate'),
            children: day(who?.birth_date, i18n.language),
          },
          {
            key: 'sex',
            label: t('loyalty.members.sex'),
            children: isSex(who?.sex) ? t(`loyalty.members.sexes.${who.sex}`) : (who?.sex ?? '—'),
          },
          { key: 'address', label: t('loyalty.members.address'), children: who?.address ?? '—' },
          {
            key: 'macroregion',
            label: t('loyalty.members.macroregion'),
            children: macroregion(member.macroregion),
          },
          { key: 'region', label: t('loyalty.members.region'), children: region(member.region) },
          {
            key: 'programme',
            label: t('loyalty.members.programme'),
            children: programme(member.programme),
          },
          {
            key: 'registered',
            label: t('loyalty.members.registered'),
            children: date(member.registered_at),
          },
          {
            key: 'tier',
            label: t('loyalty.members.tier'),
            children: member.tier
              ? `${localText(member.tier.title, i18n.language)}, ${t('loyalty.member.tierGives', {
                  discount: points(member.tier.discount_percent),
                  multiplier: points(member.tier.multiplier),
                })}`
              : '—',
          },
        ]}
      />
      <div className="row gap-above">
        <ReasonButton reason={refused} onClick={() => setEditing(true)}>
          {t('common.edit')}
        </ReasonButton>
        {who && readsCustomers ? (
          <Link to={`/customers/${who.customer_id}`}>{t('loyalty.member.customerCard')}</Link>
        ) : null}
      </div>
      {editing ? <EditProfile member={member} onClose={() => setEditing(false)} /> : null}
    </section>
  );
}
