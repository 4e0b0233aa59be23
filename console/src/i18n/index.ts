import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const languages = ['en', 'zh'] as const;
export type Language = (typeof languages)[number];

/** What Intl is asked for: day before month in English, simplified characters in Chinese. */
export const locales: Record<Language, string> = { en: 'en-GB', zh: 'zh-CN' };

const stored = 'muster.language';
const loaders: Record<Language, () => Promise<{ default: object }>> = {
  en: () => import('./en'),
  zh: () => import('./zh'),
};

function preferred(): Language {
  const kept = localStorage.getItem(stored);
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

async function load(language: Language) {
  if (i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', (await loaders[language]()).default);
}

export async function startI18n(language: Language = preferred()) {
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: {},
    interpolation: { escapeValue: false },
    react: { transSupportBasicHtmlNodes: false },
  });
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
}

export async function setLanguage(language: Language) {
  await load(language);
  localStorage.setItem(stored, language);
  document.documentElement.lang = language === 'zh' ? 'zh-Hans' : 'en';
  await i18next.changeLanguage(language);
}
