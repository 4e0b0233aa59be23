import { useTranslation } from 'react-i18next';
import { locales, type Language } from '@/i18n';

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** A size in the largest unit in which it is at least one. */
export function bytesText(value: number, locale: string): string {
  const step = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const digits = step === 0 || value / 1000 ** step >= 100 ? 0 : 1;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[step] ?? 'byte',
    unitDisplay: 'short',
    maximumFractionDigits: digits,
  }).format(value / 1000 ** step);
}

export function useBytes(): (value: number) => string {
  const { i18n } = useTranslation();
  return (value) => bytesText(value, locales[i18n.language as Language] ?? 'en');
}
