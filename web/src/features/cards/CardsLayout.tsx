import { useTranslation } from 'react-i18next';
import { Outlet } from 'react-router';
import { useCan } from '../../api/session';
import { localText } from '../../lib/format';
import { SubNav } from '../../ui/SubNav';
import { KindIcon, useKinds } from './kinds';
import './cards.css';

/** Customers, every kind of card that administrators made, and counts over them. */
export default function CardsLayout() {
  const { t, i18n } = useTranslation();
  const { kinds } = useKinds();
  const cards = useCan('card.read');
  return (
    <div className="with-subnav">
      <SubNav
        label={t('nav.customers')}
        items={[
          { to: '/customers', label: t('nav.customers'), end: true },
          ...(cards ? kinds : []).map((kind) => ({
            to: `/customers/cards/${kind.key}`,
            label: (
              <>
                <KindIcon icon={kind.icon} /> {localText(kind.plural, i18n.language)}
              </>
            ),
          })),
          { to: '/customers/report', label: t('cards.report.title') },
        ]}
      />
      <div className="under-subnav">
        <Outlet />
      </div>
    </div>
  );
}
