import { QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider, theme } from 'antd';
import type { Locale } from 'antd/es/locale';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../api/query';
import { useTheme } from '../lib/theme';

const locales: Record<string, () => Promise<{ default: Locale }>> = {
  en: () => import('antd/es/locale/en_GB'),
  ru: () => import('antd/es/locale/ru_RU'),
  uz: () => import('antd/es/locale/uz_UZ'),
};

/** The words of the components, loaded with the language. An effect, because they come as a file. */
function useAntdLocale(): Locale | undefined {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    void locales[i18n.language]?.().then((module) => current && setLocale(module.default));
    return () => {
      current = false;
    };
  }, [i18n.language]);
  return locale;
}

const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, 'DejaVu Sans', sans-serif";

export function Providers({ children }: { children: ReactNode }) {
  const shown = useTheme((store) => store.shown);
  const locale = useAntdLocale();
  const dark = shown === 'dark';
  return (
    <ConfigProvider
      {...(locale ? { locale } : {})}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          fontFamily: FONT,
          colorPrimary: dark ? '#4d8dff' : '#0b5fff',
          borderRadius: 6,
          ...(dark
            ? { colorBgBase: '#0d1117', colorBgContainer: '#161b22', colorBgElevated: '#1c2128' }
            : { colorTextDescription: '#59636e', colorTextPlaceholder: '#6b7580' }),
        },
      }}
    >
      <App>
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}
