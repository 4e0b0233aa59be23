import { expect, test } from 'vitest';
import { typedValue } from './typedValue';

test('what would lose something as a number stays a text', () => {
  for (const text of [
    '007',
    '19.90',
    '+49151',
    '1e3',
    '12345678901234567890',
    '',
    ' ',
    'pro',
    'TRUE',
  ])
    expect(typedValue(text)).toBe(text);
  expect(typedValue('-1.5')).toBe(-1.5);
  expect(typedValue('36')).toBe(36);
  expect(typedValue('true')).toBe(true);
});
