/** Tables of people that come in, and the kinds of their attributes. */

/** An attribute that people have; in a text it is `{attr.KEY}`. */
export interface Attribute {
  key: string;
  /** None where values of several kinds are mixed. */
  kind: string | null;
  mixed: boolean;
  counts: { bool: number; number: number; text: number };
}
export interface UnifyAnswer {
  people: number;
  changed: number;
  misfit_count: number;
  misfits: { contact_id: number; value: string | number | boolean }[];
}
export interface ImportColumn {
  name: string;
  kind: string;
  manner: string | null;
  cells: number;
  misfit_count: number;
  misfits: { line: number; value: string; reason: string }[];
}
export interface ImportAnswer {
  rows: number;
  created: number;
  updated: number;
  rejected: { line: number; column: string; reason: string }[];
  rejected_count: number;
  encoding: string;
  separator: string;
  columns: ImportColumn[];
}
