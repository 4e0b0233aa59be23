import { Button, Drawer, FileInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { upload } from '@/api/client';
import type { ImportAnswer } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Failure } from '@/ui/states';

const REJECTED_SHOWN = 50;

/** The rejected rows as the command line writes them, for a spreadsheet. */
function rejectedFile(rejected: ImportAnswer['rejected']): string {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const lines = rejected.map((row) => [row.line, quoted(row.column), quoted(row.reason)].join(','));
  return `data:text/csv;charset=utf-8,${encodeURIComponent(['line,column,reason', ...lines].join('\n'))}`;
}

function Answer({ answer, dry }: { answer: ImportAnswer; dry: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <div className="contacts-import-answer" role="status">
      <p><b>{t(dry ? 'contacts.import_will' : 'contacts.import_did', { created: number(answer.created), updated: number(answer.updated), rows: number(answer.rows) })}</b></p>
      {answer.rejected_count > 0 && (
        <>
          <p className="warn">{t('contacts.import_rejected', { count: answer.rejected_count, number: number(answer.rejected_count) })} <a className="text-link" href={rejectedFile(answer.rejected)} download="rejected.csv">{t('contacts.import_rejected_file')}</a></p>
          <table className="table">
            <thead><tr><th scope="col" className="num">{t('contacts.line')}</th><th scope="col">{t('contacts.column')}</th><th scope="col">{t('contacts.reason')}</th></tr></thead>
            <tbody>
              {answer.rejected.slice(0, REJECTED_SHOWN).map((row) => <tr key={`${row.line} ${row.column}`}><td className="num">{row.line}</td><td>{row.column}</td><td className="cut">{row.reason}</td></tr>)}
            </tbody>
          </table>
        </>
      )}
    </div>
  );
}

/** A CSV file: first what it would do, row by row, then doing it. */
export function ImportDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const send = useMutation({
    mutationFn: (dry: boolean) => {
      const form = new FormData();
      form.set('bot_id', String(bot.id));
      form.set('dry_run', String(dry));
      if (file) form.set('file', file);
      return upload<ImportAnswer>('/contacts/import', form);
    },
    onSuccess: (_, dry) => {
      if (!dry) for (const key of ['contacts', 'tags', 'home', 'preview']) void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const dry = send.variables ?? true;
  const ready = send.data !== undefined && dry;
  return (
    <Drawer opened onClose={onClose} position="right" size={480} title={t('contacts.import_title')} closeButtonProps={{ 'aria-label': t('ui.close') }}>
      <div className="contacts-import">
        <p className="muted">{t('contacts.import_text')}</p>
        <FileInput
          label={t('contacts.import_file')}
          placeholder={t('contacts.import_choose')}
          accept=".csv,text/csv"
          value={file}
          onChange={(next) => {
            setFile(next);
            send.reset();
          }}
        />
        {send.error && <Failure error={send.error} what={t('contacts.import_failed')} />}
        {send.data && <Answer answer={send.data} dry={dry} />}
        <div className="inline">
          <Button variant={ready ? 'default' : 'filled'} disabled={!file} loading={send.isPending && dry} onClick={() => send.mutate(true)}>{t('contacts.import_try')}</Button>
          {ready && <Button variant="filled" loading={send.isPending && !dry} onClick={() => send.mutate(false)}>{t('contacts.import_do')}</Button>}
        </div>
      </div>
    </Drawer>
  );
}
