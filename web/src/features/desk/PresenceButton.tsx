import { DownOutlined } from '@ant-design/icons';
import { Button, type MenuProps } from 'antd';
import { useTranslation } from 'react-i18next';
import type { Desk } from '../../api/frames';
import { reasons } from '../../api/resources';
import { useAll } from '../../api/session';
import { localText } from '../../lib/format';
import { Mark } from '../../ui/Mark';
import { MenuButton } from '../../ui/MenuButton';
import { StatusMark } from '../../ui/StatusMark';
import { Countdown, Timer } from '../../ui/Timer';
import { shownState } from './presence';
import { usePending } from './useDesk';
import { usePresence } from './usePresence';

export function PresenceButton({ desk }: { desk: Desk }) {
  const { t, i18n } = useTranslation();
  const list = useAll(reasons);
  const presence = usePresence(desk);
  const pending = usePending('presence.set');
  const { state, reason, since, until, next } = desk.presence;
  const name = (value: typeof reason) => (value ? localText(value.name, i18n.language) : undefined);
  const detail = name(reason);
  const asNext = presence.can.asNext ? ` (${t('desk.presence.after')})` : '';
  const items: MenuProps['items'] = [
    {
      key: 'ready',
      label: t('state.ready') + asNext,
      disabled: Boolean(presence.readyReason),
      title: presence.readyReason ?? '',
    },
    {
      type: 'group',
      label: t('state.not_ready') + asNext,
      children: (list.length > 0 ? list : [undefined]).map((item) => ({
        key: item?.id ?? 'none',
        label: item ? localText(item.name, i18n.language) : t('state.not_ready'),
        disabled: Boolean(presence.notReadyReason),
        title: presence.notReadyReason ?? '',
      })),
    },
  ];
  const readyNow = state === 'not_ready' || state === 'not_responding';
  return (
    <div className="row">
      {next ? (
        <Mark tone="warning">
          {t('desk.presence.next')}: {t(`state.${next.state}`)}
          {next.reason ? ` (${name(next.reason)})` : ''}
        </Mark>
      ) : null}
      {readyNow ? (
        <Button
          type="primary"
          disabled={Boolean(presence.readyReason)}
          title={presence.readyReason}
          loading={pending}
          onClick={() => void presence.ready()}
        >
          {t('desk.presence.goReady')}
        </Button>
      ) : null}
      <MenuButton
        className="presence"
        loading={pending}
        menu={{
          items,
          onClick: ({ key }) =>
            void (key === 'ready'
              ? presence.ready()
              : presence.notReady(key === 'none' ? undefined : key)),
        }}
      >
        <span className="sr-only">{t('desk.presence.label')}: </span>
        <StatusMark state={shownState(desk)} {...(detail ? { detail } : {})} />
        {until ? <Countdown until={until} /> : <Timer since={since} />}
        <DownOutlined aria-hidden />
      </MenuButton>
    </div>
  );
}
