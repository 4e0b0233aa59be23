/** Lists that are read while news come: nothing in them moves by itself. */
import { useEffect, useMemo, useRef, useState } from 'react';

interface StillOptions {
  /** Rows that are no longer among the fresh ones: deleted ones go at once, others stay until the list is settled. */
  gone: 'drop' | 'keep';
  /** Rows that were not there: at the end, or once the list is settled, or never. */
  fresh: 'end' | 'wait' | 'never';
  /** How many pages were read. What a further one brings was asked for, and stands at the end at once. */
  pages?: number;
}

interface Still<Row> {
  rows: Row[];
  /** How many came or went and wait. */
  news: number;
}

/** The fresh values in the places in which their rows are shown. */
function inPlace<Row>(
  shown: Row[],
  fresh: Row[],
  idOf: (row: Row) => unknown,
  options: StillOptions & { isFurther: boolean },
): Still<Row> {
  const present = new Map(fresh.map((row) => [idOf(row), row]));
  const had = new Set(shown.map(idOf));
  const kept = shown.filter((row) => options.gone === 'keep' || present.has(idOf(row)));
  const rows = kept.map((row) => present.get(idOf(row)) ?? row);
  const left = kept.filter((row) => !present.has(idOf(row))).length;
  if (options.fresh === 'never') return { rows, news: left };
  const added = fresh.filter((row) => !had.has(idOf(row)));
  if (options.fresh === 'end') return { rows: [...rows, ...added], news: left };
  if (!options.isFurther) return { rows, news: left + added.length };
  const end = fresh.slice(fresh.findLastIndex((row) => had.has(idOf(row))) + 1);
  return { rows: [...rows, ...end], news: left + added.length - end.length };
}

/**
 * A list as it is read. `key` says what was asked for: with another one the list begins anew. Null: the fresh rows are
 * the answer to an older question, and the list stays as it is.
 */
export function useStill<Row>(
  fresh: Row[],
  key: string | null,
  idOf: (row: Row) => unknown,
  options: StillOptions,
): Still<Row> & { settle: () => void } {
  const shown = useRef<{ key: string | null; rows: Row[]; pages: number }>({
    key: null,
    rows: [],
    pages: 0,
  });
  const [settled, setSettled] = useState(0);
  const { gone, fresh: added, pages = 1 } = options;
  const still = useMemo((): Still<Row> => {
    const before = shown.current;
    if (key === null && before.rows.length > 0) return { rows: before.rows, news: 0 };
    if (key !== before.key || before.rows.length === 0) return { rows: fresh, news: 0 };
    const isFurther = pages > before.pages;
    return inPlace(before.rows, fresh, idOf, { gone, fresh: added, isFurther });
    // `idOf` says the same each time; `settled` begins the list anew.
  }, [fresh, key, gone, added, pages, settled]);
  useEffect(() => {
    shown.current = { key: key ?? shown.current.key, rows: still.rows, pages };
  }, [key, still, pages]);
  return {
    ...still,
    settle: () => {
      shown.current = { key: null, rows: [], pages };
      setSettled((times) => times + 1);
    },
  };
}
