import { describe, expect, it } from 'vitest';
import { both, isExpression, parseExpression, profileOf, sourceOf } from '@/api/expressions';
import type { Expression } from '@/api/types';
import { countable, isFinished, isWrong, pruned, blank, leafForms } from './draft';
import { partAt } from './ExplainTree';

describe('a draft of the builder', () => {
  it('counts only lines that are finished', () => {
    expect(countable([{ tag: { has_any: [] } }, { reachable: true }])).toEqual({
      all: [{ reachable: true }],
    });
    expect(countable([{ tag: { has_any: [] } }])).toEqual({ all: [] });
  });
  it('is wrong where a field is marked so, however deep', () => {
    const faulty: Expression[] = [
      { last_interaction: { within: '0d' } },
      { first_seen: { older_than: '0w' } },
      { tag: { has: 'a', added_within: '0d' } },
      { event: { kind: 'button', at_least: 0 } },
      { event: { kind: 'button', at_most: null as unknown as number } },
      { event: { kind: 'button', at_least: 1, within: '0d' } },
      { sample: { percent: 0, salt: 'a' } },
    ];
    for (const wrong of faulty) {
      expect(isWrong(wrong)).toBe(true);
      expect(isWrong({ any: [{ reachable: true }, { not: { all: [wrong] } }] })).toBe(true);
    }
    for (const form of leafForms) expect(isWrong(blank(form))).toBe(false);
    expect(isWrong({ event: { kind: 'button', at_most: 0 } })).toBe(false);
  });
  it('never turns an empty group into everyone', () => {
    expect(pruned({ any: [{ any: [] }, { reachable: true }] })).toEqual({
      any: [{ reachable: true }],
    });
    expect(pruned({ not: { all: [{ tag: { has_any: [] } }] } })).toBeNull();
  });
  it('says `not` of one condition without a group around it', () => {
    expect(pruned({ not: { all: [{ tag: { has: 'a' } }] } })).toEqual({
      not: { tag: { has: 'a' } },
    });
    expect(pruned({ not: { all: [{ tag: { has: 'a' } }, { reachable: true }] } })).toEqual({
      not: { all: [{ tag: { has: 'a' } }, { reachable: true }] },
    });
  });
  it('starts every form as an expression, and those that need a choice as unfinished', () => {
    for (const form of leafForms) expect(isExpression(blank(form))).toBe(true);
    expect(new Set(leafForms).size).toBe(14);
    expect(leafForms.filter((form) => !isFinished(blank(form)))).toEqual([
      'tag',
      'stage',
      'source',
      'attribute',
      'profile',
      'segment',
      'campaign',
    ]);
  });
});

describe('expressions from outside', () => {
  it('are taken only when they are shaped like one', () => {
    expect(parseExpression('{"all":[{"tag":{"has":"a"}}]}')).toEqual({
      all: [{ tag: { has: 'a' } }],
    });
    for (const text of [
      '',
      '[]',
      '{"all":{}}',
      '{"all":[{"nothing":1}]}',
      '{"tag":{},"all":[]}',
      '{"not":[]}',
    ])
      expect(parseExpression(text)).toBeNull();
  });
  it('join without needless nesting', () => {
    expect(both({ all: [] }, { reachable: true })).toEqual({ reachable: true });
    expect(both({ all: [{ tag: { has: 'a' } }] }, { reachable: true })).toEqual({
      all: [{ tag: { has: 'a' } }, { reachable: true }],
    });
  });
});

describe('places in an expression', () => {
  it('are found as the server names them', () => {
    const expression = { all: [{ any: [{ reachable: true }] }, { not: { tag: { has: 'a' } } }] };
    expect(partAt(expression, '')).toEqual(expression);
    expect(partAt(expression, '/all/0/any/0')).toEqual({ reachable: true });
    expect(partAt(expression, '/all/1/not')).toEqual({ tag: { has: 'a' } });
    expect(partAt(expression, '/all/7')).toBeNull();
  });
});

describe('the forms that the server writes', () => {
  it('of the profile and the source are read, the short and the long ones', () => {
    expect(isFinished({ profile: { premium: true } })).toBe(true);
    expect(profileOf({ premium: false })).toEqual({ field: 'premium', in: [false] });
    expect(sourceOf({ utm_source: { in: ['fb', 'ig'] } })).toEqual(['utm_source', ['fb', 'ig']]);
    expect(sourceOf({ link: 'door' })).toEqual(['link', ['door']]);
    expect(isFinished({ source: { link: '' } })).toBe(false);
  });
});
