import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ImportAnswer, ImportColumn } from '@/api/types';
import { useFormat } from '@/i18n/format';

const REJECTED_SHOWN = 50;

/** The rejected rows as the command line writes them, for a spreadsheet. */
function rejectedFile(rejected: ImportAnswer['rejected']): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rejected.map((row) => [row.line, quoted(row.column), quoted(row.reason)].join(','));
  return `data:text/csv;charset=utf-8,${encodeURIComponent(['line,column,reason', ...lines].join('\n'))}`;
}

const KINDS = ['bool', 'number', 'date', 'text'] as const;
const ATTRIBUTE = 'attr.';

/** What each column is taken for, and the cells that do not fit. An attribute's kind can be chosen before it goes in. */
function Columns({
  columns,
  onKind,
}: {
  columns: ImportColumn[];
  onKind: ((key: string, kind: string) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <table className="table" aria-label={t('contacts.import_columns')}>
      <thead>
        <tr>
          <th scope="col">{t('contacts.column')}</th>
          <th scope="col">{t('contacts.import_kind')}</th>
          <th scope="col">{t('contacts.import_misfits')}</th>
        </tr>
      </thead>
      <tbody>
        {columns.map((column) => (
          <tr key={column.name}>
            <td className="cut">{column.name}</td>
            <td>
              {onKind && column.name.startsWith(ATTRIBUTE) ? (
                <Select
                  aria-label={t('contacts.import_kind_of', { column: column.name })}
                  size="xs"
                  allowDeselect={false}
                  data={KINDS.map((kind) => ({ value: kind, label: t(`contacts.kind_${kind}`) }))}
                  value={column.kind}
                  onChange={(kind) => kind && onKind(column.name.slice(ATTRIBUTE.length), kind)}
                />
              ) : (
                t(`contacts.kind_${column.kind}`)
              )}
              {column.manner && (
                <span className="muted"> {t(`contacts.manner_${column.manner}`)}</span>
              )}
            </td>
            <td>
              {column.misfit_count > 0 && (
                <span className="warn">{number(column.misfit_count)}: </span>
              )}
              {column.misfits
                .slice(0, 3)
                .map((cell) => t('contacts.import_misfit', { line: cell.line, value: cell.value }))
                .join(' · ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How an import went, or would go. */
export function ImportReport({
  answer,
  dry,
  onKind,
}: {
  answer: ImportAnswer;
  dry: boolean;
  onKind: (key: string, kind: string) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <div className="contacts-import-answer" role="status">
      <p>
        <b>
          {t(dry ? 'contacts.import_will' : 'contacts.import_did', {
            created: number(answer.created),
            updated: number(answer.updated),
            rows: number(answer.rows),
          })}
        </b>
      </p>
      <p className="muted">
        {t('contacts.import_layout', {
          encoding: answer.encoding,
          separator: answer.separator === '\t' ? 'Tab' : answer.separator,
        })}
      </p>
      <Columns columns={answer.columns} onKind={dry ? onKind : undefined} />
      {answer.rejected_count > 0 && (
        <>
          <p className="warn">
            {t('contacts.import_rejected', {
              count: answer.rejected_count,
              number: number(answer.rejected_count),
            })}{' '}
            <a className="text-link" href={rejectedFile(answer.rejected)} download="rejected.csv">
              {t('contacts.import_rejected_file')}
            </a>
          </p>
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="num">
                  {t('contacts.line')}
                </th>
                <th scope="col">{t('contacts.column')}</th>
                <th scope="col">{t('contacts.reason')}</th>
              </tr>
            </thead>
            <tbody>
              {answer.rejected.slice(0, REJECTED_SHOWN).map((row) => (
                <tr key={`${row.line} ${row.column}`}>
                  <td className="num">{row.line}</td>
                  <td>{row.column}</td>
                  <td className="cut">{row.reason}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}
