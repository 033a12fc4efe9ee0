import { AudioOutlined, PhoneOutlined } from '@ant-design/icons';
import { Button, Popover } from 'antd';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { useDuty, usePhone } from './useDesk';

const AudioSettings = lazy(() => import('./AudioSettings'));

/** How the softphone stands, and its devices. */
export function PhoneButton() {
  const { t } = useTranslation();
  const { phone } = useDuty();
  const state = usePhone((now) => now.phone);
  const silenced = usePhone((now) => now.silenced);
  const word =
    state.at === 'blocked' ? t(`desk.phone.short.${state.why}`) : t(`desk.phone.at.${state.at}`);
  const good = state.at === 'connected';
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('desk.phone.title')}
      content={
        <div className="audio-settings">
          {state.at === 'blocked' ? (
            <>
              <p role="alert">{t(`desk.phone.blocked.${state.why}`)}</p>
              <Button type="primary" icon={<AudioOutlined />} onClick={() => phone.start()}>
                {t('desk.phone.check')}
              </Button>
            </>
          ) : null}
          {silenced ? (
            <Button type="primary" onClick={() => phone.unsilence()}>
              {t('desk.phone.unsilence')}
            </Button>
          ) : null}
          <Suspense fallback={null}>
            <AudioSettings />
          </Suspense>
        </div>
      }
    >
      <Button
        type="text"
        danger={state.at === 'blocked' || silenced}
        icon={<PhoneOutlined />}
        aria-label={`${t('desk.phone.title')}: ${word}`}
        data-phone={state.at}
      >
        {good && !silenced ? null : silenced ? t('desk.phone.silent') : word}
        {good ? <span className="phone-dot" aria-hidden="true" /> : null}
      </Button>
    </Popover>
  );
}
