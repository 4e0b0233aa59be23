import { Button, Drawer, FileInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, upload } from '@/api/client';
import { useBot } from '@/api/workspace';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Failure } from '@/ui/states';
import { ImportReport } from './ImportReport';

/** One sending of the file: only to see, or in earnest; read in an encoding, with kinds of attributes. */
interface Try {
  dry: boolean;
  as: string | null;
  of: Record<string, string>;
}

/** The encoding that a refused file seems to be written in. */
function suggestion(error: Error | null): string | undefined {
  if (!(error instanceof Problem)) return undefined;
  return error.errors.find((fault) => fault.path === '/encoding' && fault.code === 'suggested')
    ?.message;
}

/** A CSV file: first what it would do, row by row, then doing it. */
export function ImportDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const [file, setFile] = useState<File | null>(null);
  const [encoding, setEncoding] = useState<string | null>(null);
  const [kinds, setKinds] = useState<Record<string, string>>({});
  const send = useMutation({
    mutationFn: ({ dry, as, of }: Try) =>
      upload('/contacts/import', {
        body: {
          bot_id: bot.id,
          dry_run: dry,
          ...(as ? { encoding: as } : {}),
          ...(Object.keys(of).length > 0 ? { kinds: JSON.stringify(of) } : {}),
          file: file ?? new Blob(),
        },
      }),
    onSuccess: (_, { dry }) => {
      if (!dry)
        for (const key of ['contacts', 'tags', 'home', 'preview'])
          void client.invalidateQueries({ queryKey: [key] });
    },
  });
  const dry = send.variables?.dry ?? true;
  const suggested = suggestion(send.error);
  const tryAgain = (as: string | null, of: Record<string, string>) => {
    setEncoding(as);
    setKinds(of);
    send.mutate({ dry: true, as, of });
  };
  const ready = send.data !== undefined && dry;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={480}
      title={t('contacts.import_title')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <div className="contacts-import">
        <p className="muted">{t('contacts.import_text')}</p>
        <FileInput
          label={t('contacts.import_file')}
          placeholder={t('contacts.import_choose')}
          accept=".csv,.tsv,.txt,text/csv"
          value={file}
          onChange={(next) => {
            setFile(next);
            setEncoding(null);
            setKinds({});
            send.reset();
          }}
        />
        {send.error && <Failure error={send.error} what={t('contacts.import_failed')} />}
        {suggested && (
          <Button
            variant="default"
            loading={send.isPending}
            onClick={() => tryAgain(suggested, kinds)}
          >
            {t('contacts.import_read_as', { encoding: suggested })}
          </Button>
        )}
        {send.data && (
          <ImportReport
            answer={send.data}
            dry={dry}
            onKind={(key, kind) => tryAgain(encoding, { ...kinds, [key]: kind })}
          />
        )}
        <div className="inline">
          <ReasonedButton
            variant={ready ? 'default' : 'filled'}
            reason={file ? undefined : t('contacts.import_choose')}
            loading={send.isPending && dry}
            onClick={() => send.mutate({ dry: true, as: encoding, of: kinds })}
          >
            {t('contacts.import_try')}
          </ReasonedButton>
          {ready && (
            <Button
              variant="filled"
              loading={send.isPending && !dry}
              onClick={() => send.mutate({ dry: false, as: encoding, of: kinds })}
            >
              {t('contacts.import_do')}
            </Button>
          )}
        </div>
      </div>
    </Drawer>
  );
}
