import { QueryClientProvider } from '@tanstack/react-query';
import { App, ConfigProvider, theme } from 'antd';
import type { Locale } from 'antd/es/locale';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { queryClient } from '../api/query';
import { useTheme } from '../lib/theme';

const locales: Record<string, () => Promise<{ default: Locale }>> = {
  en: () => import('antd/es/locale/en_GB'),
  ru: () => import('antd/es/locale/ru_RU'),
  uz: () => import('antd/es/locale/uz_UZ'),
};

/** Day first, to the minute, as every other date on screen. */
function withDates(locale: Locale, language: string): Locale {
  const date = language === 'en' ? 'DD/MM/YYYY' : 'DD.MM.YYYY';
  if (!locale.DatePicker) return locale;
  const lang = {
    ...locale.DatePicker.lang,
    fieldDateFormat: date,
    fieldDateTimeFormat: `${date} HH:mm`,
  };
  return { ...locale, DatePicker: { ...locale.DatePicker, lang } };
}

/** The words of the components, loaded with the language. An effect, because they come as a file. */
function useAntdLocale(): Locale | undefined {
  const { i18n } = useTranslation();
  const [locale, setLocale] = useState<Locale>();
  useEffect(() => {
    let current = true;
    const none = { default: { locale: i18n.language } };
    const load = locales[i18n.language]?.().catch(() => none) ?? Promise.resolve(none);
    void load.then((module) => current && setLocale(module.default));
    return () => {
      current = false;
    };
  }, [i18n.language]);
  return useMemo(() => locale && withDates(locale, i18n.language), [locale, i18n.language]);
}

/** Who asked the system for less motion gets none. */
const still = globalThis.matchMedia?.('(prefers-reduced-motion: reduce)');

const FONT =
  "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, 'DejaVu Sans', sans-serif";

/** Chosen for a contrast of at least 4.5:1 with their background; `npm run look` checks it. */
const LIGHT = {
  colorPrimary: '#0b5fff',
  colorPrimaryHover: '#0a50d6',
  colorLink: '#0b57d0',
  colorInfo: '#0b57d0',
  colorError: '#cf222e',
  colorSuccess: '#1a7f37',
  colorWarning: '#8a5a00',
  colorSuccessBg: '#e9f7ec',
  colorWarningBg: '#fff6dc',
  colorErrorBg: '#ffebe9',
  colorTextTertiary: '#59636e',
  colorTextQuaternary: '#66707a',
};
const DARK = {
  colorPrimary: '#2f6fed',
  colorLink: '#79b0ff',
  colorInfo: '#79b0ff',
  colorError: '#ff8a82',
  colorSuccess: '#4cc764',
  colorWarning: '#e3a83b',
  colorTextTertiary: '#9da7b3',
  colorTextQuaternary: '#8b949e',
  colorBorder: '#3d444d',
  colorBorderSecondary: '#2a313a',
  colorBgBase: '#0d1117',
  colorBgContainer: '#161b22',
  colorBgElevated: '#1c2128',
};

export function Providers({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const shown = useTheme((store) => store.shown);
  const locale = useAntdLocale();
  const dark = shown === 'dark';
  // Without a locale the components stand elsewhere in the tree: when it came, all would begin anew and forget what was typed.
  if (!locale) return null;
  return (
    <ConfigProvider
      locale={locale}
      form={{
        validateMessages: { required: t('common.required') },
        // What is still to be filled in is shown, and one types at once.
        scrollToFirstError: { focus: true, block: 'center' },
      }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          fontFamily: FONT,
          borderRadius: 6,
          motion: !still?.matches,
          ...(dark ? DARK : LIGHT),
        },
        components: dark
          ? {
              Menu: { itemSelectedColor: '#9cc3ff', groupTitleColor: '#9da7b3' },
              Tabs: { itemSelectedColor: '#9cc3ff', inkBarColor: '#9cc3ff' },
              Segmented: { trackBg: '#21262d', itemSelectedBg: '#3d444d' },
            }
          : {
              Segmented: { trackBg: '#e6e9ee' },
              Select: { optionSelectedBg: '#e6f0ff', optionActiveBg: '#f0f4fa' },
            },
      }}
    >
      <App>
        <QueryClientProvider client={queryClient}>{children}</QueryClientProvider>
      </App>
    </ConfigProvider>
  );
}
