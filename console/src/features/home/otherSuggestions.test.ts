import { describe, expect, it } from 'vitest';
import type { LinkItem, Tag } from '@/api/types';
import { flows, links, tagList } from '@/test/page';
import { linkToCompare, stepThatLoses, tagWithoutSegment } from './otherSuggestions';

const link = (at: number, kept: number, keptOf: number): LinkItem => {
  const { funnel, ...rest } = links[at]!;
  return {
    ...rest,
    funnel: {
      ...funnel,
      kept: { ...funnel.kept, count: kept },
      kept_of: { ...funnel.kept_of, count: keptOf },
    },
  };
};

describe('what the lists suggest', () => {
  it('is the link whose people stay, beside the busiest', () => {
    const found = linkToCompare(links);
    expect([found?.best.name, found?.busiest.name]).toEqual(['google-brand', 'fb-summer']);
    expect(found?.share).toBeCloseTo(211 / 297);
  });
  it('is no link of few people, of a small difference, or that is archived', () => {
    expect(linkToCompare([link(0, 40, 100), link(1, 29, 29)])).toBeNull();
    expect(linkToCompare([link(0, 40, 100), link(1, 49, 100)])).toBeNull();
    expect(linkToCompare([link(0, 40, 100), { ...link(1, 90, 100), archived_at: 1 }])).toBeNull();
    expect(linkToCompare([link(1, 90, 100)])).toBeNull();
  });
  it('is the menu of a live flow at which many stop', () => {
    const flow = flows[0]!;
    const seen = (reached: number, left: number) => ({
      ...flow,
      nodes: { ...flow.nodes, menu: { reached, left } },
    });
    expect(stepThatLoses([seen(100, 60)])).toMatchObject({ node: 'menu', stopped: 40, share: 0.4 });
    expect(stepThatLoses([seen(100, 90)])).toBeNull();
    expect(stepThatLoses([seen(20, 0)])).toBeNull();
    // People may choose again: nobody stopped.
    expect(stepThatLoses([seen(100, 140)])).toBeNull();
    expect(stepThatLoses([{ ...seen(100, 60), status: 'stopped' }])).toBeNull();
  });
  it('is the largest tag that no segment asks for', () => {
    const tag = (name: string, people: number, kinds: Tag['used_by'][number]['kind'][]): Tag => ({
      ...tagList[0]!,
      name,
      people,
      used_by: kinds.map((kind, id) => ({ kind, id, name: '' })),
    });
    const all = [tag('a', 90, ['segment']), tag('b', 40, ['flow']), tag('c', 60, [])];
    expect(tagWithoutSegment(all)?.name).toBe('c');
    expect(tagWithoutSegment([tag('d', 29, [])])).toBeNull();
  });
});
