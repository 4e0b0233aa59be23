import { expect, it } from 'vitest';
import { usualOrder } from './order';

it('begins with whoever has waited longest for those who only answer, and with the latest for the others', () => {
  expect(usualOrder(false)).toBe('waiting');
  expect(usualOrder(true)).toBe('latest');
});
