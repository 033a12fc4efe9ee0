import { Alert, Button } from 'antd';
import { useTranslation } from 'react-i18next';
import { age } from '../../lib/format';
import { usePrefs } from '../../lib/prefs';
import { useTick } from '../../lib/time';
import { EmptyState } from '../../ui/EmptyState';
import { ContactPane } from './ContactPane';
import { CustomerPane } from './CustomerPane';
import { comeBack, takeHere, useHost } from './host';
import { OnDuty } from './OnDuty';
import { useDesk, useDuty, useLive } from './useDesk';
import { useTitle } from '../../lib/title';
import { WorkPane } from './WorkPane';

/** Says that the line is lost, how old the picture is, and what a person can do. */
function LineNote() {
  const { t, i18n } = useTranslation();
  const { live } = useDuty();
  useTick(500);
  const line = useLive((state) => state.line);
  const heardAt = useLive((state) => state.heardAt);
  if (line === 'open' || (line === 'connecting' && performance.now() - heardAt < 1_500))
    return null;
  if (line === 'taken_over') {
    return (
      <Alert
        type="warning"
        showIcon
        title={t('desk.elsewhere.title')}
        description={t('desk.elsewhere.takenOver')}
        action={<Button onClick={comeBack}>{t('desk.elsewhere.take')}</Button>}
      />
    );
  }
  return (
    <Alert
      type="error"
      banner
      title={t('line.lost', { age: age(performance.now() - heardAt, i18n.language) })}
      action={
        <Button size="small" onClick={() => live.hurry()}>
          {t('line.retryNow')}
        </Button>
      }
    />
  );
}

function Desk() {
  const { t } = useTranslation();
  const desk = useDesk();
  const line = useLive((state) => state.line);
  const customerOpen = usePrefs((prefs) => prefs.customerOpen);
  return (
    <div className="desk" data-line={line} data-customer={customerOpen ? 'open' : 'closed'}>
      <div className="desk-note">
        <LineNote />
      </div>
      {desk ? (
        <>
          <WorkPane desk={desk} />
          <ContactPane desk={desk} />
          <CustomerPane desk={desk} />
        </>
      ) : (
        <EmptyState text={t('common.loading')} />
      )}
    </div>
  );
}

function NotHere() {
  const { t } = useTranslation();
  const ownership = useHost((host) => host.ownership);
  if (ownership !== 'elsewhere') return <div className="lone" aria-busy="true" />;
  return (
    <div className="lone">
      <Alert
        type="info"
        showIcon
        title={t('desk.elsewhere.title')}
        description={t('desk.elsewhere.text')}
        action={
          <Button type="primary" onClick={() => takeHere()}>
            {t('desk.elsewhere.take')}
          </Button>
        }
      />
    </div>
  );
}

export default function DeskPage() {
  const { t } = useTranslation();
  useTitle(t('nav.desk'));
  return (
    <OnDuty fallback={<NotHere />}>
      <Desk />
    </OnDuty>
  );
}
