/** How long people have been silent, beside the one age that a rule asks for. */
import type { Expression, Preview } from '@/api/types';
import type { Rule } from './rules';

const DAY_S = 86_400;
const secondsIn: Record<string, number> = { s: 1, m: 60, h: 3_600, d: DAY_S, w: 7 * DAY_S };
/** As the server tells days apart; the last group is all beyond. */
export const DAYS_MAX = 60;

/** A rule that asks for one age of the last interaction, and nothing else. */
export interface AgeRule {
  rule: Rule;
  /** Its place among the rules. */
  at: number;
  side: 'within' | 'older_than';
  /** Null where the field holds no age. */
  days: number | null;
}

/** The days of a duration of the wire, in parts where it is not whole days; null for none. */
export function daysOf(wire: string): number | null {
  const match = /^(\d+)([smhdw])$/.exec(wire);
  const seconds = Number(match?.[1] ?? 0) * (secondsIn[match?.[2] ?? ''] ?? 0);
  return seconds > 0 ? seconds / DAY_S : null;
}

export function ageOf(expression: Expression): Pick<AgeRule, 'side' | 'days'> | null {
  if (!('last_interaction' in expression)) return null;
  const { within, older_than, ...others } = expression.last_interaction;
  if (Object.keys(others).length > 0 || (within === undefined) === (older_than === undefined))
    return null;
  return within === undefined
    ? { side: 'older_than', days: daysOf(older_than ?? '') }
    : { side: 'within', days: daysOf(within) };
}

export const ageRules = (rules: Rule[]): AgeRule[] =>
  rules.flatMap((rule, at) => {
    const age = ageOf(rule.expression);
    return age && at < rules.length - 1 ? [{ rule, at, ...age }] : [];
  });

/** Whom the rules before one leave to it. */
export const peopleLeft = (rules: Rule[], at: number): Expression => ({
  all: rules.slice(0, at).map((before): Expression => ({ not: before.expression })),
});

/** Whether a rule takes whoever is of a day; `partly` where the age ends within it. */
export type Taken = 'whole' | 'partly' | 'not';

export interface Bar {
  day: number;
  count: number;
  taken: Taken;
  /** As it was saved. */
  wasTaken: Taken;
}

/** A day holds whoever is older than its beginning and at most as old as its end. */
function takes(side: AgeRule['side'], begin: number, end: number, days: number): Taken {
  if (days > begin && days < end) return 'partly';
  return (side === 'within') === days >= end ? 'whole' : 'not';
}

/** How many a rule takes and leaves of these bars; null where an age ends within one of them. */
export function sumsOf(bars: Bar[]): { taken: number; left: number } | null {
  if (bars.some(({ taken, count }) => taken === 'partly' && count > 0)) return null;
  const all = bars.reduce((sum, { count }) => sum + count, 0);
  const taken = bars.reduce((sum, { taken: is, count }) => sum + (is === 'whole' ? count : 0), 0);
  return { taken, left: all - taken };
}

/** The days of a breakdown as bars, as many as there is something to see of, and all beyond as the last. */
export function barsOf(
  breakdown: Preview['breakdown'],
  { side, days }: { side: AgeRule['side']; days: number },
  was: number | null,
): Bar[] {
  const counts = breakdown.map(({ count }) => count);
  const wanted = Math.max(days, was ?? 0) * 1.25;
  const shown = Math.min(DAYS_MAX, Math.max(30, Math.ceil(wanted)));
  const bar = (day: number, count: number): Bar => {
    const end = day === shown ? Infinity : day + 1;
    return {
      day,
      count,
      taken: takes(side, day, end, days),
      wasTaken: takes(side, day, end, was ?? days),
    };
  };
  const beyond = counts.slice(shown).reduce((sum, count) => sum + count, 0);
  return [...counts.slice(0, shown).map((count, day) => bar(day, count)), bar(shown, beyond)];
}
