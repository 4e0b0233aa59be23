import { describe, expect, it } from 'vitest';
import { bytesText } from './bytes';

describe('sizes', () => {
  it('are said in the largest unit that fits', () => {
    expect(
      [0, 999, 1_000, 482_113, 18_400_220, 21_474_836_480].map((value) =>
        bytesText(value, 'en-GB'),
      ),
    ).toEqual(['0 byte', '999 byte', '1 kB', '482 kB', '18.4 MB', '21.5 GB']);
  });
});
