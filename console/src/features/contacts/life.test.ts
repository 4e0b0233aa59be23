import { describe, expect, it } from 'vitest';
import type { ContactLife } from '@/api/types';
import { lifeMarks, lifeParts, presentOf } from './life';

const DAY = 86_400_000;
const now = 1_795_521_600_000;
const life = (stages: [string, number][]): ContactLife => ({
  items: stages.map(([name, days], id) => ({ id, name, from: now + days * DAY })),
  now,
  until: now + 90 * DAY,
});
const anna = life([
  ['new', -13],
  ['active', -12],
  ['cooling', -5],
  ['active', -3],
  ['cooling', 4],
  ['churned', 27],
]);

describe('the bar of a life', () => {
  it('is filled from end to end, and cut where now is', () => {
    const parts = lifeParts(anna);
    expect(parts.map(({ name, coming }) => (coming ? `${name} coming` : name))).toEqual([
      'new',
      'active',
      'cooling',
      'active',
      'active coming',
      'cooling coming',
      'churned coming',
    ]);
    parts.forEach((part, index) => {
      const before = parts[index - 1];
      expect(part.left).toBeCloseTo(before ? before.left + before.width : 0);
    });
    const last = parts.at(-1)!;
    expect(last.left + last.width).toBeCloseTo(1);
  });
  it('shows nothing of before a year ago, and somebody who came this moment', () => {
    const old = lifeParts(
      life([
        ['new', -900],
        ['active', -800],
        ['churned', 20],
      ]),
    );
    expect(old[0]).toMatchObject({ name: 'active', left: 0 });
    const fresh = lifeParts(life([['new', 0]]));
    expect(fresh).toEqual([{ name: 'new', from: now, left: 0, width: 1, coming: true }]);
  });
  it('has dates that do not touch: now before all others', () => {
    const marks = lifeMarks(
      life([
        ['new', -1],
        ['active', 0.5],
        ['cooling', 30],
        ['churned', 31],
      ]),
    );
    expect(marks.map((mark) => [Math.round((mark.at - now) / DAY), mark.now])).toEqual([
      [0, true],
      [30, false],
    ]);
  });
  it('says what the present stage is and what comes', () => {
    const { present, coming } = presentOf(anna);
    expect(present).toMatchObject({ name: 'active', from: now - 3 * DAY });
    expect(coming.map(({ name }) => name)).toEqual(['cooling', 'churned']);
    expect(presentOf(life([])).present).toBeUndefined();
  });
});
