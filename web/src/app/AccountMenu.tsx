import {
  KeyOutlined,
  QuestionCircleOutlined,
  SearchOutlined,
  UserOutlined,
} from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Me } from '../api/contract';
import { send } from '../api/http';
import { signOut } from '../api/session';
import { isLanguage, LANGUAGES, switchLanguage } from '../lib/i18n';
import { leaving } from '../lib/leaving';
import { type ThemeChoice, useTheme } from '../lib/theme';
import { MenuButton } from '../ui/MenuButton';

const PasswordDialog = lazy(() => import('./PasswordDialog'));

async function leave(everywhere: boolean): Promise<void> {
  await leaving.run();
  sessionStorage.removeItem('trunkline.on-duty');
  await signOut(everywhere);
}

function keepPreferences(locale: string, theme: string): void {
  // Kept on the server too, so that the next workplace looks the same; nothing waits for it.
  void send('/session/preferences', { method: 'PUT', body: { locale, theme } }).catch(
    () => undefined,
  );
}

export function AccountMenu({
  me,
  onHelp,
  onPalette,
}: {
  me: Me;
  onHelp(): void;
  onPalette(): void;
}) {
  const { t, i18n } = useTranslation();
  const { choice, choose } = useTheme();
  const [password, setPassword] = useState(false);
  const themes: ThemeChoice[] = ['light', 'dark', 'system'];
  return (
    <div className="row">
      <Tooltip title={`${t('nav.palette')} (Ctrl+K)`}>
        <Button
          type="text"
          icon={<SearchOutlined />}
          aria-label={t('nav.palette')}
          onClick={onPalette}
        />
      </Tooltip>
      <Tooltip title={`${t('nav.help')} (Alt+/)`}>
        <Button
          type="text"
          icon={<QuestionCircleOutlined />}
          aria-label={t('nav.help')}
          onClick={onHelp}
        />
      </Tooltip>
      <MenuButton
        type="text"
        icon={<UserOutlined />}
        aria-label={`${t('nav.account')}: ${me.person.name}`}
        menu={{
          selectable: true,
          selectedKeys: [i18n.language, `theme-${choice}`],
          onClick: ({ key }) => {
            if (isLanguage(key)) void switchLanguage(key).then(() => keepPreferences(key, choice));
            else if (key.startsWith('theme-')) {
              const next = key.slice(6) as ThemeChoice;
              choose(next);
              keepPreferences(i18n.language, next);
            } else if (key === 'password') setPassword(true);
            else void leave(key === 'everywhere');
          },
          items: [
            {
              type: 'group',
              label: t('nav.language'),
              children: LANGUAGES.map(({ code, name }) => ({ key: code, label: name })),
            },
            {
              type: 'group',
              label: t('nav.theme'),
              children: themes.map((key) => ({ key: `theme-${key}`, label: t(`theme.${key}`) })),
            },
            { type: 'divider' },
            {
              key: 'password',
              icon: <KeyOutlined />,
              label: t('nav.changePassword'),
              disabled: Boolean(me.person.directory),
            },
            { key: 'everywhere', label: t('nav.signOutEverywhere') },
            { key: 'out', label: t('nav.signOut') },
          ],
        }}
      >
        <span className="account-name">{me.person.name}</span>
      </MenuButton>
      <Suspense fallback={null}>
        {password ? <PasswordDialog onClose={() => setPassword(false)} /> : null}
      </Suspense>
    </div>
  );
}
