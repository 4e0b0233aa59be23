import { describe, expect, it } from 'vitest';
import { cannedAsk, cannedMatches } from './canned';

const canned = (name: string, text: string, id = 1) => ({ id, name, message: { text } });

describe('canned replies', () => {
  it('are asked for by a slash at the very start, and by nothing else', () => {
    expect(cannedAsk('/')).toBe('');
    expect(cannedAsk('/Co')).toBe('co');
    expect(cannedAsk('/优惠')).toBe('优惠');
    expect(cannedAsk('/coupon please')).toBeNull();
    expect(cannedAsk('see /co')).toBeNull();
    expect(cannedAsk('//')).toBeNull();
  });
  it('are found by the start of their name first, then anywhere in it, then in the text', () => {
    const all = [
      canned('hello', 'your code'),
      canned('encode', 'x'),
      canned('code2', 'y'),
      canned('other', 'z'),
    ];
    expect(cannedMatches(all, 'code').map((each) => each.name)).toEqual([
      'code2',
      'encode',
      'hello',
    ]);
    expect(cannedMatches(all, '')).toHaveLength(4);
  });
});
