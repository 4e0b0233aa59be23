/** What the workspace decides for itself: what is kept, files, the bots' own phrases. A part of `types.ts`. */
import type { MediaFile, UsedBy } from './types';

/** Days that each is kept; null is for ever. */
export interface RetentionDays {
  texts_days: number | null;
  raw_days: number | null;
  visits_days: number | null;
  notes_days: number | null;
}
export interface Retention extends RetentionDays {
  /** Days after which a visitor's address is cut to its network, by the server's configuration. */
  address_days: number;
  days_min: number;
  days_max: number;
  version: number;
  changed_at: number | null;
  changed_by: { id: number; name: string } | null;
}
/** What the bots understand and say by themselves, in one language. */
export interface PhraseLanguage {
  language: string;
  /** Whole messages that end bulk messages. */
  stop_words: string[];
  stopped: string;
  back: string;
  bound: string;
}
export interface Phrases {
  /** The first speaks to whoever reads none of them. */
  languages: PhraseLanguage[];
  version: number;
  changed_at: number | null;
  changed_by: { id: number; name: string } | null;
}
/** Rows that would be blanked. */
export interface RetentionPreview {
  texts: number;
  raw: number;
  visits: number;
  notes: number;
}
/** A file with what uses it: it can be deleted when nothing does. */
export interface KeptFile extends MediaFile {
  used_by: UsedBy[];
}
/** A page of files, and how full the workspace is. */
export interface MediaPage {
  items: KeptFile[];
  next: number | null;
  file_count: number;
  byte_count: number;
  byte_count_max: number;
}
