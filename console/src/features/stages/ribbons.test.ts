import { describe, expect, it } from 'vitest';
import { cellsOf, flowOf } from './ribbons';

const stage = (name: string, count: number, came: number | null) => ({
  id: 1,
  name,
  color: '',
  count,
  before: null,
  in: came,
  out: null,
});
const stages = [stage('new', 50, 50), stage('active', 100, 40), stage('cooling', 30, 10)];
const moves = [
  { from: 'new', to: 'active', count: 15 },
  { from: 'active', to: 'cooling', count: 10 },
];

describe('the flow between stages', () => {
  it('tells who stayed, moved and joined, and sums to each stage as it is now', () => {
    const cells = cellsOf({ stages, moves })!;
    expect(cells).toEqual([
      { from: null, to: 'new', count: 50 },
      { from: 'active', to: 'active', count: 60 },
      { from: 'new', to: 'active', count: 15 },
      { from: null, to: 'active', count: 25 },
      { from: 'cooling', to: 'cooling', count: 20 },
      { from: 'active', to: 'cooling', count: 10 },
    ]);
    const { ends, origins } = flowOf(cells, ['new', 'active', 'cooling'], 400);
    expect(ends.map(({ count }) => count)).toEqual([50, 100, 30]);
    expect(origins.map(({ name, count }) => [name, count])).toEqual([
      [null, 75],
      ['new', 15],
      ['active', 70],
      ['cooling', 20],
    ]);
  });
  it('fills every bar with its ribbons, and none overlaps', () => {
    const cells = cellsOf({ stages, moves })!;
    const { ends, origins, ribbons } = flowOf(cells, ['new', 'active', 'cooling'], 400);
    for (const end of ends) {
      const own = ribbons.filter((ribbon) => ribbon.to === end.name);
      expect(own.reduce((sum, ribbon) => sum + ribbon.height, 0)).toBeCloseTo(end.height);
      expect(Math.min(...own.map((ribbon) => ribbon.end))).toBeCloseTo(end.top);
    }
    for (const [at, origin] of origins.entries())
      expect(origin.top).toBeGreaterThanOrEqual(
        at === 0 ? 0 : origins[at - 1]!.top + origins[at - 1]!.height,
      );
  });
  it('is not told where the log is too long', () => {
    expect(cellsOf({ stages: [stage('new', 5, null)], moves: [] })).toBeNull();
  });
});
