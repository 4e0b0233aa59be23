/** The shapes of a campaign's report. */
import type { Expression, TagRef } from './types';

export interface Figure {
  count: number;
  of: number;
  /** None of nobody. */
  share: number | null;
  people: Expression;
}
export interface Lift {
  measure: 'messages' | 'conversions' | 'blocks';
  reached: { n: number; hits: number; people: Expression };
  held_out: { n: number; hits: number; people: Expression };
  difference: number | null;
  low: number | null;
  high: number | null;
  /** By chance alone, corrected for the lines that are told. */
  p: number | null;
  clear: boolean;
  enough: boolean;
}
export type ReportBy = 'stage' | 'tag' | 'source' | 'segment';
export interface Report {
  accepted: Figure;
  open_rate: Figure;
  pressed: Figure;
  followed: Figure;
  replied: Figure;
  tagged: Figure;
  tagged_direct: Figure;
  tagged_assisted: Figure;
  converted: Figure;
  blocked: Figure;
  blocked_after: Figure;
  opted_out: Figure;
  tags: { tag: TagRef; direct: number; people: Expression }[];
  buttons: { place: string | null; text: string; people_count: number; people: Expression }[];
  lift: Lift[];
  settles_at: number | null;
  breakdown: {
    key: string;
    name: string;
    accepted: Figure;
    open: Figure;
    replied: Figure;
    blocked: Figure;
  }[];
  definitions: Record<string, string>;
}
