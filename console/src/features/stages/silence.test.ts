import { describe, expect, it } from 'vitest';
import type { Expression } from '@/api/types';
import type { Rule } from './rules';
import { ageOf, ageRules, barsOf, daysOf, peopleLeft, sumsOf } from './silence';

const rule = (name: string, expression: Expression): Rule => ({
  key: name,
  name,
  color: 'gray',
  expression,
});
const rules = [
  rule('churned', { last_interaction: { older_than: '30d' } }),
  rule('customer', { event: { kind: 'conversion' } }),
  rule('active', { last_interaction: { within: '1w' } }),
  rule('cooling', { all: [] }),
];
const breakdown = Array.from({ length: 61 }, (_, day) => ({
  key: String(day),
  name: String(day),
  count: day === 60 ? 500 : 60 - day,
}));

describe('the days of silence', () => {
  it('knows the rules that ask for one age and nothing else', () => {
    expect(ageRules(rules).map(({ at, side, days }) => [at, side, days])).toEqual([
      [0, 'older_than', 30],
      [2, 'within', 7],
    ]);
    expect(ageOf({ last_interaction: { within: '7d', older_than: '1d' } })).toBeNull();
    expect(ageOf({ last_interaction: { never: true } })).toBeNull();
    expect(ageOf({ last_interaction: { within: '0d' } })).toEqual({ side: 'within', days: null });
    expect(daysOf('12h')).toBe(0.5);
  });
  it('asks for whom the rules before leave', () => {
    expect(peopleLeft(rules, 0)).toEqual({ all: [] });
    expect(peopleLeft(rules, 2)).toEqual({
      all: [{ not: rules[0]!.expression }, { not: rules[1]!.expression }],
    });
  });
  it('says how many a rule takes only where its age ends with a day that is shown', () => {
    const all = breakdown.reduce((sum, { count }) => sum + count, 0);
    const sums = (side: 'within' | 'older_than', days: number) =>
      sumsOf(barsOf(breakdown, { side, days }, null));
    expect(sums('within', 2)).toEqual({ taken: 60 + 59, left: all - 60 - 59 });
    expect(sums('older_than', 60)).toEqual({ taken: 500, left: all - 500 });
    expect(sums('within', 60)).toEqual({ taken: all - 500, left: 500 });
    for (const days of [0.5, 90]) {
      expect(sums('within', days)).toBeNull();
      expect(sums('older_than', days)).toBeNull();
    }
  });
  it('shows thirty days, or as many as the age needs, and loses nobody', () => {
    const bars = barsOf(breakdown, { side: 'within', days: 10 }, 7);
    expect(bars).toHaveLength(31);
    expect(bars.filter(({ taken }) => taken === 'whole').map(({ day }) => day)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ]);
    expect(bars.filter(({ taken, wasTaken }) => taken !== wasTaken)).toHaveLength(3);
    const all = breakdown.reduce((sum, { count }) => sum + count, 0);
    for (const days of [1, 10, 30, 45, 90]) {
      const shown = barsOf(breakdown, { side: 'older_than', days }, null);
      expect(shown.reduce((sum, { count }) => sum + count, 0)).toBe(all);
      expect(shown.length).toBeLessThanOrEqual(61);
    }
  });
});
