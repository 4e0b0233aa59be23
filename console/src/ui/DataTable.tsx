import './table.css';
import {
  memo,
  type MouseEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { nextSort, type Sort, type SortValue } from './sorting';

export interface Column<Row> {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right-aligned. */
  num?: boolean;
  /** Leaves first when the screen is narrow: 1 under 1180 px, 2 under 760 px. */
  leaves?: 1 | 2;
  width?: string;
  /** What its head sorts by; without it the head is plain text. */
  sortBy?: (row: Row) => SortValue;
}

interface DataTableProps<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  keyOf: (row: Row) => number | string;
  rowHeight?: number;
  isSelected?: (row: Row) => boolean;
  /** Called when the last rows come into sight and more can be fetched. */
  onEnd?: (() => void) | undefined;
  /** By which column the rows, sorted already, stand. */
  sort?: Sort | undefined;
  onSort?: ((sort: Sort | undefined) => void) | undefined;
}

const classOf = (column: Column<never>) =>
  [
    column.num ? 'num' : '',
    column.leaves === 1 ? 'leaves-first' : '',
    column.leaves === 2 ? 'leaves-second' : '',
  ]
    .join(' ')
    .trim() || undefined;

/** A press anywhere on a row is a press on its first link, unless it met another control or selects text. */
function followRow(event: MouseEvent<HTMLTableRowElement>) {
  if (event.defaultPrevented || (event.target as Element).closest('a, button, input, label'))
    return;
  if (window.getSelection()?.toString()) return;
  event.currentTarget.querySelector<HTMLAnchorElement>('a')?.click();
}

interface RowProps<Row> {
  columns: Column<Row>[];
  row: Row;
  index: number;
  height: number;
  selected: boolean;
}

function PlainRow<Row>({ columns, row, index, height, selected }: RowProps<Row>) {
  return (
    <tr
      data-row={index}
      aria-rowindex={index + 2}
      data-selected={selected || undefined}
      onClick={followRow}
      style={{ height }}
    >
      {columns.map((column) => (
        <td key={column.key} className={classOf(column as Column<never>)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
/** While scrolling only the rows that come into sight are drawn; those that stand there are not drawn again. */
const TableRow = memo(PlainRow) as typeof PlainRow;

type HeadProps<Row> = Pick<DataTableProps<Row>, 'columns' | 'sort' | 'onSort'>;

function HeadCell<Row>({ column, sort, onSort }: { column: Column<Row> } & HeadProps<Row>) {
  const order = sort?.key === column.key ? (sort.down ? 'descending' : 'ascending') : undefined;
  const Arrow = order === 'descending' ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={classOf(column as Column<never>)}
      style={{ width: column.width }}
      aria-sort={order}
    >
      {column.sortBy && onSort ? (
        <button
          type="button"
          className="sort-head"
          onClick={() => onSort(nextSort(sort, column.key, column.num ?? false))}
        >
          {order && <Arrow size={12} stroke={1.8} aria-hidden="true" />}
          {column.head}
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}

function Head<Row>(props: HeadProps<Row>) {
  return (
    <thead>
      <tr>
        {props.columns.map((column) => (
          <HeadCell key={column.key} column={column} {...props} />
        ))}
      </tr>
    </thead>
  );
}

/** The rows in sight, and how much room the others take before and after them. */
function useRowsInSight(count: number, rowHeight: number) {
  const box = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    setOffset(box.current.getBoundingClientRect().top + window.scrollY);
  }, [count]);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1);
  return {
    box,
    indexes: items.map((item) => item.index),
    before: items[0] ? items[0].start - offset : 0,
    after: last ? virtual.getTotalSize() - (last.end - offset) : 0,
  };
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden="true" className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

/**
 * A table of any length in the window's own scroll: only the rows in sight exist, the rest is two empty rows of the
 * right height. `j` and `k` move through the rows.
 */
export function DataTable<Row>({
  label,
  columns,
  rows,
  keyOf,
  rowHeight = 44,
  isSelected,
  onEnd,
  sort,
  onSort,
}: DataTableProps<Row>) {
  const { box, indexes, before, after } = useRowsInSight(rows.length, rowHeight);
  const last = indexes.at(-1) ?? -1;
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 20) onEnd();
  }, [last, rows.length, onEnd]);
  return (
    <div ref={box} className="data-table">
      <table className="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <Head columns={columns} sort={sort} onSort={onSort} />
        <tbody>
          <Spacer height={before} columns={columns.length} />
          {indexes.map((index) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <TableRow
                key={keyOf(row)}
                columns={columns}
                row={row}
                index={index}
                height={rowHeight}
                selected={isSelected?.(row) ?? false}
              />
            );
          })}
          <Spacer height={after} columns={columns.length} />
        </tbody>
      </table>
    </div>
  );
}
