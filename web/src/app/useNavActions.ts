import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useActions } from '../lib/actions';
import { useTheme } from '../lib/theme';

export interface NavItem {
  to: string;
  label: string;
  needs?: string;
}

/** Pages and looks in the palette. An effect, because the list lives outside this component. */
export function useNavActions(items: NavItem[], special: { help(): void }): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const signature = items.map((item) => item.to + item.label).join('|');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the signature stands for the items
  useEffect(() => {
    useActions.getState().set('pages', [
      ...items.map((item) => ({
        id: item.to,
        label: item.label,
        run: () => void navigate(item.to),
      })),
      ...(['light', 'dark', 'system'] as const).map((choice) => ({
        id: `theme-${choice}`,
        label: `${t('nav.theme')}: ${t(`theme.${choice}`)}`,
        run: () => useTheme.getState().choose(choice),
      })),
      { id: 'help', label: t('help.title'), key: 'help' as const, run: special.help },
    ]);
    return () => useActions.getState().clear('pages');
  }, [signature, t, navigate, special]);
}
