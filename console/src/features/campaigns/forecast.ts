import { useDebouncedValue } from '@mantine/hooks';
import { hashKey, useQuery } from '@tanstack/react-query';
import { campaignPreviewQuery } from '@/api/queries';
import type { CampaignDraft, CampaignPreview } from '@/api/types';
import { isWrong } from '@/ui/expression/draft';
import type { Reading } from '@/ui/Figure';

/** Typing asks once it rests. */
const REST_MS = 400;

export interface Forecast extends Reading<CampaignPreview> {
  error: Error | null;
  refetch: () => void;
}

/**
 * What sending the draft would do. Until the answer for the draft as it stands is there, the one before is a
 * placeholder; a draft with a wrong field has none.
 */
export function useForecast(draft: CampaignDraft): Forecast {
  const [asked] = useDebouncedValue(draft, REST_MS);
  const wrong = isWrong(draft.audience);
  const query = useQuery({ ...campaignPreviewQuery(asked), enabled: !isWrong(asked.audience) });
  const keyOf = (each: CampaignDraft) => hashKey(campaignPreviewQuery(each).queryKey);
  return {
    data: wrong ? undefined : query.data,
    error: query.error,
    isError: wrong || query.isError,
    isPlaceholderData: query.isPlaceholderData || keyOf(asked) !== keyOf(draft),
    refetch: () => void query.refetch(),
  };
}

/** How many of the audience a first batch has; null when all are written to at once. */
export const batchOf = (forecast: CampaignPreview, canary: number | null): number | null =>
  canary === null || canary >= forecast.writes_to ? null : canary;

/** Seconds until sending stands still: for a first batch, until it waits for a go-ahead. */
export const secondsOf = (forecast: CampaignPreview, canary: number | null): number => {
  const first = batchOf(forecast, canary) ?? forecast.writes_to;
  return forecast.writes_to === 0 ? 0 : Math.ceil((forecast.seconds * first) / forecast.writes_to);
};
