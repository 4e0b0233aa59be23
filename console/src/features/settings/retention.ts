import type { RetentionDays } from '@/api/types';

/** In the order in which they are shown. */
export const kinds = ['texts', 'visits', 'notes', 'raw'] as const;
export type Kind = (typeof kinds)[number];

/** A number of days that the server takes; null is for ever. */
export const isInRange = (
  days: number | null,
  { days_min, days_max }: { days_min: number; days_max: number },
) => days === null || (Number.isInteger(days) && days >= days_min && days <= days_max);

/** Whether two sets of rules keep the same. */
export const isSame = (one: RetentionDays, other: RetentionDays) =>
  kinds.every((kind) => one[`${kind}_days`] === other[`${kind}_days`]);
