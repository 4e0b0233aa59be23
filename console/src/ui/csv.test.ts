import { describe, expect, it } from 'vitest';
import { csvOf, momentCell } from './csv';

const lines = (text: string) => text.slice(1).split('\r\n');

describe('a table as a file', () => {
  it('begins with the mark of its encoding and ends each line as RFC 4180 says', () => {
    expect(
      csvOf([
        ['a', 'b'],
        [1, 2],
      ]),
    ).toBe('\uFEFFa,b\r\n1,2\r\n');
  });
  it('quotes what would end a cell', () => {
    expect(lines(csvOf([['one, two', 'say "hi"', 'two\nlines']]))[0]).toBe(
      '"one, two","say ""hi""","two\nlines"',
    );
  });
  it('takes the power from a text that begins like a formula, and leaves numbers alone', () => {
    const [line] = lines(csvOf([['=1+1', '+49', '-5', '@SUM(A1)', "'=1", -0.5, 'a=b']]));
    expect(line).toBe("'=1+1,'+49,'-5,'@SUM(A1),''=1,-0.5,a=b");
  });
  it('writes numbers with a point and no separators, and nothing where there is none', () => {
    expect(lines(csvOf([[1234567.5, null, Number.NaN, 0]]))[0]).toBe('1234567.5,,,0');
  });
  it('writes a moment in the order that sorts', () => {
    expect(momentCell(new Date(2026, 0, 5, 7, 4).getTime())).toBe('2026-01-05 07:04');
    expect(momentCell(null)).toBeNull();
  });
});
