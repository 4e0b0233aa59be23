import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { CampaignPreview } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Figure } from '@/ui/Figure';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';
import type { useDraft } from './draft';
import { batchOf, type Forecast, secondsOf } from './forecast';
import { SendReview } from './SendReview';
import { TestPopover } from './TestPopover';

interface DockProps {
  draft: ReturnType<typeof useDraft>;
  forecast: Forecast;
  canary: number | null;
  /** A field is wrong, or the server refuses the draft as it is. */
  blocked: boolean;
  /** There is something to send. */
  written: boolean;
}

/** In words: how many, how long, until when. */
function Says({
  forecast,
  stale,
  canary,
}: {
  forecast: CampaignPreview;
  stale: boolean;
  canary: number | null;
}) {
  const { number, length, time } = useFormat();
  const first = batchOf(forecast, canary);
  const ms = secondsOf(forecast, canary) * 1_000;
  const values = {
    number: number(forecast.writes_to),
    first: number(first ?? 0),
    length: length(ms),
    time: time(Date.now() + ms),
  };
  return (
    <span className={stale ? 'faint' : ''} aria-busy={stale || undefined}>
      <Trans
        i18nKey={first === null ? 'compose.forecast' : 'compose.forecast_batch'}
        count={forecast.writes_to}
        values={values}
        components={{ b: <b /> }}
      />
    </span>
  );
}

/** Why nothing can be sent yet; undefined when it can. */
function useReason({ forecast, blocked, written }: DockProps): string | undefined {
  const { t } = useTranslation();
  if (!written) return t('compose.check_empty');
  if (blocked) return t('compose.correct');
  if (forecast.isError) return t('compose.forecast_failed');
  if (!forecast.data || forecast.isPlaceholderData) return t('compose.counting');
  return forecast.data.writes_to === 0 ? t('compose.check_nobody') : undefined;
}

function useStart({ draft, canary }: DockProps) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async () => {
      const saved = await draft.saveNow();
      return post('/campaigns/{id}/start', {
        params: { path: { id: saved.id } },
        body: canary === null ? {} : { canary },
      });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      if (draft.id !== null) void client.invalidateQueries({ queryKey: ['campaign', draft.id] });
    },
  });
}

/** What will happen, always in sight, with its two actions. */
export function SendDock(props: DockProps) {
  const { draft, forecast, canary, blocked, written } = props;
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const problem = useProblemText();
  const start = useStart(props);
  const reason = useReason(props);
  const [reviewing, setReviewing] = useState(false);
  const known = forecast.isError ? undefined : forecast.data;
  const count = known ? (batchOf(known, canary) ?? known.writes_to) : 0;
  const isBatch = known !== undefined && batchOf(known, canary) !== null;
  const label =
    count === 0
      ? t('compose.send')
      : t(isBatch ? 'compose.send_first' : 'compose.send_all', { count, number: number(count) });
  const untestable = blocked ? t('compose.correct') : undefined;
  return (
    <div className="campaigns-dock" role="region" aria-label={t('compose.what_happens')}>
      <div className="campaigns-dock-say" aria-live="polite">
        <Figure
          query={forecast}
          without={
            <span className="muted">
              {t(blocked ? 'compose.correct' : 'compose.forecast_failed')}
            </span>
          }
        >
          {(data, stale) => <Says forecast={data} stale={stale} canary={canary} />}
        </Figure>
      </div>
      <div className="inline">
        <TestPopover draft={draft} reason={written ? untestable : t('compose.check_empty')} />
        {can('send_campaigns') && (
          <ReasonedButton
            size="md"
            variant="filled"
            reason={reason}
            onClick={() => setReviewing(true)}
          >
            {label}
          </ReasonedButton>
        )}
      </div>
      {reviewing && known && (
        <SendReview
          draft={draft.draft}
          forecast={known}
          stale={forecast.isPlaceholderData}
          reason={reason}
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
