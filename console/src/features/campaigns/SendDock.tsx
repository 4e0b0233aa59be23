import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { CampaignPreview } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';
import type { useDraft } from './draft';
import { batchOf, secondsOf } from './forecast';
import { SendReview } from './SendReview';
import { TestPopover } from './TestPopover';

interface DockProps {
  draft: ReturnType<typeof useDraft>;
  forecast: CampaignPreview | undefined;
  stale: boolean;
  canary: number | null;
  /** The server refuses the draft as it is. */
  blocked: boolean;
}

function Forecast({
  forecast,
  stale,
  canary,
}: {
  forecast: CampaignPreview | undefined;
  stale: boolean;
  canary: number | null;
}) {
  const { t } = useTranslation();
  const { number, length, time } = useFormat();
  if (!forecast) return <span className="muted">{t('compose.forecast_waits')}</span>;
  const first = batchOf(forecast, canary);
  const ms = secondsOf(forecast, canary) * 1_000;
  const values = {
    number: number(forecast.writes_to),
    first: number(first ?? 0),
    length: length(ms),
    time: time(Date.now() + ms),
  };
  return (
    <span className={stale ? 'muted' : ''}>
      <Trans
        i18nKey={first === null ? 'compose.forecast' : 'compose.forecast_batch'}
        count={forecast.writes_to}
        values={values}
        components={{ b: <b /> }}
      />
    </span>
  );
}

/** What will happen, always in sight, with its two actions. */
export function SendDock({ draft, forecast, stale, canary, blocked }: DockProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblemText();
  const start = useMutation({
    mutationFn: async () => {
      const saved = await draft.saveNow();
      return post('/campaigns/{id}/start', {
        params: { path: { id: saved.id } },
        body: canary === null ? {} : { canary },
      });
    },
    onSuccess: (_, __) => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      if (draft.id !== null) void client.invalidateQueries({ queryKey: ['campaign', draft.id] });
    },
  });
  const [reviewing, setReviewing] = useState(false);
  const { message } = draft.draft;
  const isEmpty = !message.text?.trim() && !message.media;
  const unready = blocked ? t('compose.correct') : undefined;
  const nobody = !forecast || forecast.writes_to === 0;
  const first = forecast ? batchOf(forecast, canary) : null;
  const label =
    first === null
      ? t('compose.send_all', {
          count: forecast?.writes_to ?? 0,
          number: number(forecast?.writes_to ?? 0),
        })
      : t('compose.send_first', { count: first, number: number(first) });
  return (
    <div className="campaigns-dock" role="region" aria-label={t('compose.what_happens')}>
      <div className="campaigns-dock-say" aria-live="polite">
        <Forecast forecast={forecast} stale={stale} canary={canary} />
      </div>
      <div className="inline">
        <TestPopover draft={draft} reason={isEmpty ? t('compose.check_empty') : unready} />
        {can('write') && (
          <ReasonedButton
            size="md"
            variant="filled"
            reason={
              isEmpty
                ? t('compose.check_empty')
                : (unready ?? (nobody ? t('compose.check_nobody') : undefined))
            }
            onClick={() => setReviewing(true)}
          >
            {nobody ? t('compose.send') : label}
          </ReasonedButton>
        )}
      </div>
      {reviewing && forecast && (
        <SendReview
          draft={draft.draft}
          forecast={forecast}
          stale={stale || blocked}
          canary={canary}
          label={label}
          busy={start.isPending}
          error={start.error ? problem(start.error) : null}
          onSend={() => start.mutate()}
          onClose={() => setReviewing(false)}
        />
      )}
    </div>
  );
}
