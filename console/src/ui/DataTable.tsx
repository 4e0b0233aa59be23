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
import { useWindowVirtualizer } from '@tanstack/react-virtual';

export interface Column<Row> {
  key: string;
  head: ReactNode;
  cell: (row: Row) => ReactNode;
  /** Numbers stand right-aligned. */
  num?: boolean;
  /** Leaves first when the screen is narrow: 1 under 1180 px, 2 under 760 px. */
  leaves?: 1 | 2;
  width?: string;
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
}: DataTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null);
  const [offset, setOffset] = useState(0);
  useLayoutEffect(() => {
    if (!box.current) return;
    setOffset(box.current.getBoundingClientRect().top + window.scrollY);
  }, [rows.length]);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    overscan: 12,
    scrollMargin: offset,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (onEnd && rows.length > 0 && last >= rows.length - 20) onEnd();
  }, [last, rows.length, onEnd]);

  const before = items[0] ? items[0].start - offset : 0;
  const after = items.length > 0 ? virtual.getTotalSize() - ((items.at(-1)?.end ?? 0) - offset) : 0;
  return (
    <div ref={box} className="data-table">
      <table className="table" aria-label={label} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.key}
                scope="col"
                className={classOf(column as Column<never>)}
                style={{ width: column.width }}
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && (
            <tr aria-hidden="true" className="spacer">
              <td colSpan={columns.length} style={{ height: before }} />
            </tr>
          )}
          {items.map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <TableRow
                key={keyOf(row)}
                columns={columns}
                row={row}
                index={item.index}
                height={rowHeight}
                selected={isSelected?.(row) ?? false}
              />
            );
          })}
          {after > 0 && (
            <tr aria-hidden="true" className="spacer">
              <td colSpan={columns.length} style={{ height: after }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}
