import { describe, expect, it } from 'vitest';
import { isComplete, linesOf, newLanguage, wordsOf } from './phrases';

describe('phrases', () => {
  it('keeps a word a line, and no blank ones', () => {
    expect(wordsOf(' stop \n\n退订\n')).toEqual(['stop', '退订']);
    expect(linesOf(['stop', '退订'])).toBe('stop\n退订');
  });

  it('begins a language in a code that is free, and is complete once every text is there', () => {
    const first = newLanguage([]);
    expect(first.language).toBe('en');
    expect(newLanguage([first]).language).toBe('zh');
    expect(isComplete([first])).toBe(false);
    expect(isComplete([{ ...first, stopped: 'a', back: 'b', bound: 'c' }])).toBe(true);
    expect(isComplete([])).toBe(false);
  });
});
