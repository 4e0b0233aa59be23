import { IconDownload } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { type Cell, csvOf, momentCell } from '@/ui/csv';
import { type Column, DataTable } from '@/ui/DataTable';
import { save } from '@/ui/download';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { readSort, useSorted, writeSort } from '@/ui/sorting';

/** A column of a report: what is seen, sorted by and written to the file is one value. */
export interface ReportColumn<Row> {
  key: string;
  head: string;
  /** In the file, where no sign shows that a number is a share. */
  fileHead?: string;
  value: (row: Row) => Cell;
  /** How it is shown; without it the column is in the file alone. */
  cell?: (row: Row) => ReactNode;
  num?: boolean;
  leaves?: 1 | 2;
}

interface ReportTableProps<Row> {
  label: string;
  columns: ReportColumn<Row>[];
  rows: Row[];
  keyOf: (row: Row) => number;
  /** What the file is called, before the day. */
  file: string;
  /** Why there is no file yet. */
  waits?: string | undefined;
  /** The figure that the table opens with, and what it is made of. */
  lead: { figure: number; unit: string; of: string };
}

function useFile<Row>(file: string, columns: ReportColumn<Row>[]) {
  const bot = useBot();
  return (rows: Row[]) => {
    const table = [
      columns.map(({ head, fileHead }) => fileHead ?? head),
      ...rows.map((row) => columns.map(({ value }) => value(row))),
    ];
    const day = String(momentCell(Date.now())).slice(0, 10);
    save(
      new Blob([csvOf(table)], { type: 'text/csv;charset=utf-8' }),
      `${bot.username}-${file}-${day}.csv`,
    );
  };
}

function shownOf<Row>(columns: ReportColumn<Row>[]): Column<Row>[] {
  return columns.flatMap(({ key, head, value, cell, num = false, leaves }) =>
    cell ? [{ key, head, cell, num, sortBy: value, ...(leaves ? { leaves } : {}) }] : [],
  );
}

/** A report as a table that is sorted by any column and downloaded as it stands. */
export function ReportTable<Row>(props: ReportTableProps<Row>) {
  const { label, columns, rows, keyOf, file, waits, lead } = props;
  const { t } = useTranslation();
  const { number } = useFormat();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/reports' });
  const sort = readSort(search.sort);
  const shown = shownOf(columns);
  const inOrder = useSorted(rows, shown, sort);
  const download = useFile(file, columns);
  return (
    <section aria-label={label}>
      <div className="reports-lead">
        <p>
          <span className="lead-figure">{number(lead.figure)}</span>{' '}
          <span className="unit">
            {lead.unit} {lead.of}
          </span>
        </p>
        <ReasonedButton
          className="end"
          leftSection={<IconDownload size={14} stroke={1.5} aria-hidden="true" />}
          reason={waits}
          onClick={() => download(inOrder)}
        >
          {t('reports.download')}
        </ReasonedButton>
      </div>
      <DataTable
        label={label}
        columns={shown}
        rows={inOrder}
        keyOf={keyOf}
        rowHeight={48}
        sort={sort}
        onSort={(next) =>
          void navigate({
            to: '/reports',
            search: { ...search, sort: writeSort(next) },
            replace: true,
            resetScroll: false,
          })
        }
      />
    </section>
  );
}
