import { describe, expect, it } from 'vitest';
import type { Graph } from '@/api/types';
import { optionTexts } from './presses';

const menu = (options: Record<string, string>): Graph => ({
  start: 'menu',
  nodes: {
    menu: {
      type: 'menu',
      message: { text: 'What do you read?' },
      options: Object.entries(options).map(([key, text]) => ({ key, text })),
    },
  },
});

describe('the text of a pressed option', () => {
  it('is what the published menu says, and the draft’s where it is new', () => {
    const texts = optionTexts([
      {
        published: menu({ tech: '科技' }),
        draft: menu({ tech: 'Technology', price: 'Our prices' }),
      },
    ]);
    expect(texts.get('tech')).toBe('科技');
    expect(texts.get('price')).toBe('Our prices');
  });
  it('is not guessed where two menus give one key to two buttons', () => {
    const texts = optionTexts([
      { published: menu({ option_1: 'Yes', more: 'More' }), draft: menu({}) },
      { published: menu({ option_1: 'Books', more: 'More' }), draft: menu({}) },
    ]);
    expect(texts.get('option_1')).toBeNull();
    expect(texts.get('more')).toBe('More');
  });
});
