/** A period of days beside the one before it. */
import type { DayPeople } from '@/api/types';

/** How far back the page is asked for, so that the time before a period is there; the server looks back 90 days. */
export const askedDays = { 7: 30, 30: 90, 90: 90 } as const;

export const sumOf = (days: DayPeople[]) => days.reduce((sum, { count }) => sum + count, 0);
const meanOf = (days: DayPeople[]) => Math.round(sumOf(days) / days.length);

/** The days of the period, and as many before them; null where they are not known, or nobody was there yet. */
export function split(days: DayPeople[], period: number) {
  const lately = days.slice(-period);
  const earlier = days.slice(-2 * period, -period);
  const untilThen = days.slice(0, -period);
  const isKnown = earlier.length === period && untilThen.some(({ count }) => count > 0);
  return { lately, earlier: isKnown ? earlier : null };
}

/** How many in the period before; null where that cannot be told. */
export function sumBefore(days: DayPeople[], period: number): number | null {
  const { earlier } = split(days, period);
  return earlier && sumOf(earlier);
}

/**
 * How many a day, of whole days: today is not over. Before it the same number of days; null where that cannot be told.
 */
export function meanADay(days: DayPeople[], period: number) {
  const { lately, earlier } = split(days.slice(0, -1), period);
  return {
    lately: lately.length > 0 ? meanOf(lately) : null,
    before: earlier && meanOf(earlier),
  };
}
