import { describe, expect, it } from 'vitest';
import { meanADay, sumBefore } from './before';

const days = (counts: number[]) =>
  counts.map((count, at) => ({
    day: `2026-11-${String(at + 1).padStart(2, '0')}`,
    count,
    people: { all: [] },
  }));

describe('the time before', () => {
  it('is as many days as the period, right before it', () => {
    expect(sumBefore(days([100, 1, 2, 3, 7, 8, 9]), 3)).toBe(6);
  });
  it('is not told of days that nobody knows, nor of a time in which nobody was there yet', () => {
    expect(sumBefore(days([1, 2, 3]), 3)).toBeNull();
    expect(sumBefore(days([1, 2, 3, 4, 5]), 3)).toBeNull();
    expect(sumBefore(days([0, 0, 0, 4, 5, 6]), 3)).toBeNull();
    // A quiet time of a bot that had people before it is a zero.
    expect(sumBefore(days([5, 0, 0, 0, 4, 5, 6]), 3)).toBe(0);
  });
  it('of a mean leaves out today, which is not over', () => {
    expect(meanADay(days([10, 20, 30, 50, 1]), 2)).toEqual({ lately: 40, before: 15 });
    expect(meanADay(days([10, 20, 1]), 2)).toEqual({ lately: 15, before: null });
  });
});
