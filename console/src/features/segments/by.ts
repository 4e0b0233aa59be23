/** What a match is broken down by, besides stages: one field of the source at a time, so that each fact stands once. */
import type { SourceField } from '@/api/expressions';

export const sourceFields = [
  'link',
  'channel',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'payload',
] as const satisfies SourceField[];
export type By = (typeof sourceFields)[number] | 'tag' | 'language';

export const isSource = (by: By): by is (typeof sourceFields)[number] =>
  by !== 'tag' && by !== 'language';

const all: By[] = [...sourceFields, 'tag', 'language'];
export const byOf = (value: unknown): By | undefined => all.find((each) => each === value);
