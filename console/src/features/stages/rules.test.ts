import { describe, expect, it } from 'vitest';
import { colorNames } from '@/ui/colors';
import {
  asksForStage,
  freeColor,
  moved,
  peopleMoving,
  type Rule,
  withNew,
  withoutRule,
} from './rules';

const rule = (name: string, within: string): Rule => ({
  key: name,
  name,
  color: '',
  expression: { last_interaction: { within } },
});
const rules: Rule[] = [
  rule('a', '1d'),
  rule('b', '2d'),
  { ...rule('rest', '0'), expression: { all: [] } },
];
const names = (list: Rule[]) => list.map((each) => each.name);

describe('rules of the stages', () => {
  it('move among themselves, and never past the one that takes the rest', () => {
    expect(names(moved(rules, 'a', 1))).toEqual(['b', 'a', 'rest']);
    expect(names(moved(rules, 'b', 1))).toEqual(['a', 'b', 'rest']);
    expect(names(moved(rules, 'rest', -1))).toEqual(['a', 'b', 'rest']);
    expect(names(moved(rules, 'a', -1))).toEqual(['a', 'b', 'rest']);
  });
  it('are added before the last, which cannot be removed', () => {
    expect(names(withNew(rules, 'c', ''))).toEqual(['a', 'b', 'c', 'rest']);
    expect(names(withoutRule(rules, 'rest'))).toEqual(['a', 'b', 'rest']);
    expect(names(withoutRule(rules, 'a'))).toEqual(['b', 'rest']);
  });
  it('say who moves: out of the saved stage, into the first rule that matches', () => {
    expect(peopleMoving(rules, { from: 'a', to: 'rest' })).toEqual({
      all: [
        { stage: { in: ['a'] } },
        { all: [] },
        { not: { last_interaction: { within: '1d' } } },
        { not: { last_interaction: { within: '2d' } } },
      ],
    });
    expect(peopleMoving(rules, { from: 'a', to: 'gone' })).toBeNull();
  });
  it('get a colour that none of them has, while there is one', () => {
    const taken = colorNames.slice(0, -1).map((color) => ({ ...rule(color, '1d'), color }));
    expect(freeColor(taken)).toBe(colorNames.at(-1));
    expect(freeColor([{ ...rule('x', '1d'), color: 'teal' }])).toBe('blue');
  });
  it('are depended on however deep an expression names them', () => {
    const deep = { any: [{ reachable: true }, { not: { all: [{ stage: { in: ['x', 'b'] } }] } }] };
    expect(asksForStage(deep, new Set(['b']))).toBe(true);
    expect(asksForStage(deep, new Set(['a']))).toBe(false);
  });
});
