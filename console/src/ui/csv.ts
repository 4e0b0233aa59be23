/** A table as a file that spreadsheets read: RFC 4180, UTF-8 with its mark, numbers as numbers. */
export type Cell = string | number | null;

/** Without it some spreadsheets take the file for one of an old encoding. */
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * A spreadsheet would run a text that begins like a formula; people choose the names of things themselves. Such a text
 * gets an apostrophe in front, as in the export of contacts.
 */
const beginsLikeFormula = (text: string) => /^'*[=+\-@\t\r]/.test(text);

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = beginsLikeFormula(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const csvOf = (rows: Cell[][]): string =>
  BYTE_ORDER_MARK + rows.map((row) => `${row.map(written).join(',')}\r\n`).join('');

const two = (value: number) => String(value).padStart(2, '0');

/** A moment as every spreadsheet reads it, in the reader's own time zone. */
export function momentCell(ms: number | null): Cell {
  if (ms === null) return null;
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}`;
}
