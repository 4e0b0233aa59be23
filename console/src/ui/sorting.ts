/** Tables sorted by a column; the address holds by which, so that a sorted table can be shared. */
import { useMemo } from 'react';

/** What a row is sorted by; null stands last in either direction. */
export type SortValue = string | number | null;
export interface Sort {
  key: string;
  down: boolean;
}

/** `sent` is upwards, `-sent` downwards. */
export const readSort = (text: string | undefined): Sort | undefined =>
  text ? { key: text.replace(/^-/, ''), down: text.startsWith('-') } : undefined;
export const writeSort = (sort: Sort | undefined): string | undefined =>
  sort && `${sort.down ? '-' : ''}${sort.key}`;

/** A press on a head: the way that is looked for first (large numbers, early letters), the other way, as it came. */
export function nextSort(sort: Sort | undefined, key: string, num: boolean): Sort | undefined {
  if (sort?.key !== key) return { key, down: num };
  return sort.down === num ? { key, down: !num } : undefined;
}

function compared(a: SortValue, b: SortValue, down: boolean): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  const order =
    typeof a === 'number' && typeof b === 'number' ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}

export interface SortColumn<Row> {
  key: string;
  sortBy?: (row: Row) => SortValue;
}

export function sorted<Row>(rows: Row[], columns: SortColumn<Row>[], sort: Sort | undefined) {
  const by = sort && columns.find((column) => column.key === sort.key)?.sortBy;
  if (!sort || !by) return rows;
  return [...rows].sort((a, b) => compared(by(a), by(b), sort.down));
}

export function useSorted<Row>(
  rows: Row[],
  columns: SortColumn<Row>[],
  sort: Sort | undefined,
): Row[] {
  return useMemo(() => sorted(rows, columns, sort), [rows, columns, sort]);
}
