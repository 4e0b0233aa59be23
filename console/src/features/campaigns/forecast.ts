import type { CampaignPreview } from '@/api/types';

/** How many of the audience a first batch has; null when all are written to at once. */
export const batchOf = (forecast: CampaignPreview, canary: number | null): number | null =>
  canary === null || canary >= forecast.writes_to ? null : canary;

/** Seconds until sending stands still: for a first batch, until it waits for a go-ahead. */
export const secondsOf = (forecast: CampaignPreview, canary: number | null): number => {
  const first = batchOf(forecast, canary) ?? forecast.writes_to;
  return forecast.writes_to === 0 ? 0 : Math.ceil((forecast.seconds * first) / forecast.writes_to);
};
