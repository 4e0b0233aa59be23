import { describe, expect, it } from 'vitest';
import { bodyOf, codeFrom, draftOf, isUnweighed, shareOf } from './draft';
import type { Bot } from '@/api/types';

const bot = { id: 3 } as Bot;

describe('a link’s draft', () => {
  it('leaves out what is empty, and a code that exists', () => {
    const draft = {
      ...draftOf(null, bot),
      name: ' Door ',
      code: 'door',
      utm: { source: 'poster', medium: ' ', campaign: '', term: '', content: '' },
    };
    expect(bodyOf(draft, true)).toEqual({
      name: 'Door',
      channel: '',
      utm: { source: 'poster' },
      tags: [],
      bots: [{ bot_id: 3, weight: 1, flow_id: null }],
      code: 'door',
    });
    expect(bodyOf(draft, false)).not.toHaveProperty('code');
  });
  it('makes a code out of a name where letters allow', () => {
    expect(codeFrom('Facebook, Sümmer 26!')).toBe('facebook-summer-26');
    expect(codeFrom('夏季海报')).toBe('');
  });
  it('shares people by weight', () => {
    const bots = [
      { bot_id: 1, weight: 1, flow_id: null },
      { bot_id: 2, weight: 3, flow_id: null },
    ];
    expect(shareOf(bots, 1)).toBe(0.75);
    expect(shareOf([], 0)).toBeNull();
  });
  it('shares nothing while a weight is wrong', () => {
    const bots = [
      { bot_id: 1, weight: null, flow_id: null },
      { bot_id: 2, weight: 3, flow_id: null },
    ];
    expect(shareOf(bots, 0)).toBeNull();
    expect(shareOf(bots, 1)).toBeNull();
    expect(isUnweighed(bots)).toBe(true);
    expect(isUnweighed(bots.slice(0, 1))).toBe(false);
  });
});
