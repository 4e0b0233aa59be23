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

/** How many of its largest whole unit a time is. */
function largest(ms: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  if (ms < MINUTE_MS) return [Math.round(ms / SECOND_MS), 'second'];
  if (ms < HOUR_MS) return [Math.round(ms / MINUTE_MS), 'minute'];
  if (ms < DAY_MS) return [Math.round(ms / HOUR_MS), 'hour'];
  return [Math.round(ms / DAY_MS), 'day'];
}

function makeNumbers(locale: string): Pick<Format, 'number' | 'percent' | 'signed'> {
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const withDigits = (digits: number, options: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(locale, {
      ...options,
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
  return {
    number: (value) => integer.format(value),
    percent: (share, digits = 1) =>
      share === null ? '' : withDigits(digits, { style: 'percent' }).format(share),
    signed: (value, digits = 0) =>
      withDigits(digits, { signDisplay: 'exceptZero' }).format(value).replace('-', '−'),
  };
}

const sameYear = (ms: number) => new Date(ms).getFullYear() === new Date().getFullYear();

function makeDates(
  locale: string,
): Pick<Format, 'date' | 'time' | 'timeSeconds' | 'dateTime' | 'day'> {
  const day = { day: 'numeric', month: 'short' } as const;
  const year = { year: 'numeric' } as const;
  const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const date = new Intl.DateTimeFormat(locale, day);
  const dateYear = new Intl.DateTimeFormat(locale, { ...day, ...year });
  const time = new Intl.DateTimeFormat(locale, clock);
  const timeSeconds = new Intl.DateTimeFormat(locale, { ...clock, second: '2-digit' });
  const dateTime = new Intl.DateTimeFormat(locale, { ...day, ...clock });
  const dateTimeYear = new Intl.DateTimeFormat(locale, { ...day, ...clock, ...year });
  return {
    date: (ms) => (sameYear(ms) ? date : dateYear).format(ms),
    time: (ms) => time.format(ms),
    timeSeconds: (ms) => timeSeconds.format(ms),
    dateTime: (ms) => (sameYear(ms) ? dateTime : dateTimeYear).format(ms),
    day: (isoDay) => date.format(new Date(`${isoDay}T12:00:00`)),
  };
}

function makeSpans(language: Language): Pick<Format, 'ago' | 'length' | 'span'> {
  const locale = locales[language];
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'long' });
  const lengthOf = (value: number, unit: string) =>
    shortOf(language, value, unit) ??
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  return {
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
  };
}

export function makeFormat(language: Language): Format {
  const locale = locales[language];
  const names = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' });
  return {
    ...makeNumbers(locale),
    ...makeDates(locale),
    ...makeSpans(language),
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
