import { describe, expect, it } from 'vitest';
import { nextSort, readSort, sorted, writeSort } from './sorting';

const rows = [
  { name: 'b', sent: 20 },
  { name: 'a', sent: null },
  { name: 'c', sent: 100 },
];
const columns = [
  { key: 'name', sortBy: (row: (typeof rows)[number]) => row.name },
  { key: 'sent', sortBy: (row: (typeof rows)[number]) => row.sent },
];
const names = (sort: string | undefined) =>
  sorted(rows, columns, readSort(sort))
    .map((row) => row.name)
    .join('');

describe('sorting a table', () => {
  it('goes by numbers as numbers, with what has none last in either direction', () => {
    expect([names('sent'), names('-sent')]).toEqual(['bca', 'cba']);
  });
  it('goes by names, and leaves the order alone for a column that is not there', () => {
    expect([names('name'), names('-name'), names('other'), names(undefined)]).toEqual([
      'abc',
      'cba',
      'bac',
      'bac',
    ]);
  });
  it('begins with the largest number and the first letter, turns, and ends as it came', () => {
    const presses = (num: boolean) => {
      const one = nextSort(undefined, 'k', num);
      const two = nextSort(one, 'k', num);
      return [one, two, nextSort(two, 'k', num)].map(writeSort);
    };
    expect(presses(true)).toEqual(['-k', 'k', undefined]);
    expect(presses(false)).toEqual(['k', '-k', undefined]);
  });
});
