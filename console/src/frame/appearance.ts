import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { del } from '@/api/client';
import { type Language, setLanguage } from '@/i18n';

/** Theme and language, as they are and switched. */
export function useAppearance() {
  const { i18n } = useTranslation();
  const scheme = useComputedColorScheme('light');
  const { setColorScheme } = useMantineColorScheme();
  const language: Language = i18n.language === 'zh' ? 'zh' : 'en';
  return {
    scheme,
    language,
    toggleScheme: () => setColorScheme(scheme === 'dark' ? 'light' : 'dark'),
    toggleLanguage: () => void setLanguage(language === 'zh' ? 'en' : 'zh'),
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return () => {
    void del('/session')
      .finally(() => client.clear())
      .then(() => window.location.reload());
  };
}
