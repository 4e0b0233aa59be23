/**
 * The list of conversations as it is shown. Only the newest page follows live changes; older pages stay as they were
 * read, so that 10,000 conversations cost one request a change and not 200. While someone reads the list nothing in
 * it moves: what changed is shown in its old place, and what is new waits until it is asked for.
 */
import type { Conversation, ConversationPage } from '@/api/types';

export interface Rows {
  known: Map<number, Conversation>;
  /** Ids in the order shown. */
  order: number[];
  /** Ids that belong above or elsewhere by now, and wait. */
  waiting: number[];
  /** Where the next older page begins; undefined before the first page. */
  next: string | null | undefined;
}

export const noRows: Rows = { known: new Map(), order: [], waiting: [], next: undefined };

const idOf = (conversation: Conversation) => conversation.contact.id;
const atOf = (conversation: Conversation) => conversation.last?.at ?? 0;
const newestFirst = (known: Map<number, Conversation>) =>
  [...known.values()].sort((a, b) => atOf(b) - atOf(a) || idOf(b) - idOf(a)).map(idOf);

/** The newest page was read again. `hold`: someone is reading further down, or is about to press a row. */
export function withNewest(rows: Rows, page: ConversationPage, hold: boolean): Rows {
  const oldestAt = page.next === null ? -Infinity : Math.min(...page.items.map(atOf));
  const fresh = new Set(page.items.map(idOf));
  const known = new Map<number, Conversation>();
  const gone = new Map<number, Conversation>();
  for (const [id, conversation] of rows.known) {
    if (fresh.has(id)) continue;
    // What is as new as this page and not in it has left the filter.
    if (atOf(conversation) >= oldestAt) gone.set(id, conversation);
    else known.set(id, conversation);
  }
  for (const conversation of page.items) known.set(idOf(conversation), conversation);
  const next = rows.next === undefined ? page.next : rows.next;
  const order = newestFirst(known);
  if (!hold || rows.order.length === 0) return { known, order, waiting: [], next };
  for (const id of rows.order) {
    const kept = gone.get(id);
    if (kept) known.set(id, kept);
  }
  const shown = rows.order.filter((id) => known.has(id));
  const hasRisen = (id: number) => {
    const [before, after] = [rows.known.get(id), known.get(id)];
    return after !== undefined && (before === undefined || atOf(after) > atOf(before));
  };
  const risen = order.filter((id, place) => hasRisen(id) && shown.indexOf(id) !== place);
  return { known, order: shown, waiting: [...new Set([...rows.waiting.filter((id) => known.has(id)), ...risen])], next };
}

/** A page further down was read. */
export function withOlder(rows: Rows, page: ConversationPage): Rows {
  const known = new Map(rows.known);
  for (const conversation of page.items) if (!known.has(idOf(conversation))) known.set(idOf(conversation), conversation);
  const had = new Set(rows.order);
  const added = page.items.map(idOf).filter((id) => !had.has(id));
  return { ...rows, known, order: [...rows.order, ...added], next: page.next };
}

/** Everything in its place, newest first. */
export const settled = (rows: Rows): Rows => ({ ...rows, order: newestFirst(rows.known), waiting: [] });

/** One conversation as an action left it. */
export function withOne(rows: Rows, conversation: Conversation): Rows {
  if (!rows.known.has(idOf(conversation))) return rows;
  return { ...rows, known: new Map(rows.known).set(idOf(conversation), conversation) };
}

export function without(rows: Rows, id: number): Rows {
  const known = new Map(rows.known);
  known.delete(id);
  return { ...rows, known, order: rows.order.filter((each) => each !== id), waiting: rows.waiting.filter((each) => each !== id) };
}
