import { describe, expect, it } from 'vitest';
import { isInRange, isSame } from './retention';

const range = { days_min: 3, days_max: 3653 };

describe('rules of retention', () => {
  it('take whole days of the range, and for ever', () => {
    expect([null, 3, 3653].every((days) => isInRange(days, range))).toBe(true);
    expect([2, 3654, 3.5, Number.NaN].some((days) => isInRange(days, range))).toBe(false);
  });
  it('differ by any of their times', () => {
    const rules = { texts_days: null, raw_days: 90, visits_days: 365, notes_days: null };
    expect(isSame(rules, { ...rules })).toBe(true);
    for (const kind of ['texts_days', 'raw_days', 'visits_days', 'notes_days'])
      expect(isSame(rules, { ...rules, [kind]: 7 })).toBe(false);
  });
});
