import { expect, it } from 'vitest';
import { usualOrder } from './order';

it('begins with whoever has waited longest for those who answer, and with the latest for the others', () => {
  expect(usualOrder('agent')).toBe('waiting');
  expect(usualOrder('marketer')).toBe('latest');
  expect(usualOrder('owner')).toBe('latest');
});
