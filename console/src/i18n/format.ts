/** Numbers, dates and spans as the chosen language writes them. */
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { locales, type Language } from './index';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

export interface Format {
  number: (value: number) => string;
  /** A share of 1 as a percentage with one decimal; none where it would say nothing. */
  percent: (share: number | null, digits?: number) => string;
  /** With its sign, + or −; zero has none. */
  signed: (value: number, digits?: number) => string;
  date: (ms: number) => string;
  time: (ms: number) => string;
  timeSeconds: (ms: number) => string;
  dateTime: (ms: number) => string;
  day: (isoDay: string) => string;
  /** How long ago or ahead, in the largest whole unit, short. */
  ago: (ms: number, now: number) => string;
  /** A length of time, in the largest whole unit. */
  length: (ms: number) => string;
  /** A duration of the wire, such as "7d". */
  span: (wire: string) => string;
  list: (parts: string[], type: 'conjunction' | 'disjunction') => string;
  language: (code: string) => string;
}

const units = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week' } as const;

/** English abbreviations as people write them: `Intl` has "mins" and "hrs", which change with the number. */
const englishShort: Record<string, string> = { second: 's', minute: 'min', hour: 'h' };
/** A short length in English; what is longer, and other languages, `Intl` writes well. */
function shortOf(language: Language, value: number, unit: string): string | undefined {
  const short = language === 'en' ? englishShort[unit] : undefined;
  return short && `${value} ${short}`;
}
const justNow: Record<Language, string> = { en: 'just now', zh: '刚刚' };

export function makeFormat(language: Language): Format {
  const locale = locales[language];
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const signedOf = (digits: number) =>
    new Intl.NumberFormat(locale, {
      signDisplay: 'exceptZero',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  const percentOf = (digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const dateYear = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  });
  const time = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  const timeSeconds = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'long' });
  const names = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' });
  const lengthOf = (value: number, unit: string) =>
    shortOf(language, value, unit) ??
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  const largest = (ms: number): [number, 'second' | 'minute' | 'hour' | 'day'] => {
    if (ms < MINUTE_MS) return [Math.round(ms / SECOND_MS), 'second'];
    if (ms < HOUR_MS) return [Math.round(ms / MINUTE_MS), 'minute'];
    if (ms < DAY_MS) return [Math.round(ms / HOUR_MS), 'hour'];
    return [Math.round(ms / DAY_MS), 'day'];
  };
  const sameYear = (ms: number) => new Date(ms).getFullYear() === new Date().getFullYear();
  const dateText = (ms: number) => (sameYear(ms) ? date : dateYear).format(ms);
  const timeText = (ms: number) => time.format(ms);
  return {
    number: (value) => integer.format(value),
    percent: (share, digits = 1) => (share === null ? '' : percentOf(digits).format(share)),
    signed: (value, digits = 0) => signedOf(digits).format(value).replace('-', '−'),
    date: dateText,
    time: timeText,
    timeSeconds: (ms) => timeSeconds.format(ms),
    dateTime: (ms) =>
      new Intl.DateTimeFormat(locale, {
        day: 'numeric',
        month: 'short',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        ...(sameYear(ms) ? {} : { year: 'numeric' }),
      }).format(ms),
    day: (isoDay) => date.format(new Date(`${isoDay}T12:00:00`)),
    ago: (ms, now) => {
      if (Math.abs(now - ms) < MINUTE_MS) return justNow[language];
      const [value, unit] = largest(Math.abs(now - ms));
      const short = shortOf(language, value, unit);
      if (short) return ms <= now ? `${short} ago` : `in ${short}`;
      return relative.format(ms <= now ? -value : value, unit);
    },
    // Nothing takes no time at all.
    length: (ms) => lengthOf(...largest(Math.max(SECOND_MS, ms))),
    span: (wire) => {
      const match = /^(\d+)([smhdw])$/.exec(wire);
      if (!match) return wire;
      return lengthOf(Number(match[1]), units[match[2] as keyof typeof units]);
    },
    list: (parts, type) => new Intl.ListFormat(locale, { type, style: 'long' }).format(parts),
    language: (code) => {
      try {
        return names.of(code) ?? code;
      } catch {
        return code;
      }
    },
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(() => makeFormat(i18n.language === 'zh' ? 'zh' : 'en'), [i18n.language]);
}

/** The present moment, moving on in steps, for texts such as "3 min ago". */
export function useNow(everyMs = 15_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}
