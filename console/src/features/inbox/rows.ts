/**
 * The list of conversations as it is shown. Only the first page follows live changes; pages further down stay as they
 * were read, so that 10,000 conversations cost one request a change and not 200. While someone reads the list nothing in
 * it moves: what changed is shown in its old place, what left is shown as such, and what is new waits until it is asked
 * for, unless it belongs at the end.
 */
import type { Conversation, ConversationOrder, ConversationPage } from '@/api/types';

export interface Rows {
  by: ConversationOrder;
  known: Map<number, Conversation>;
  /** Ids in the order shown. */
  order: number[];
  /** Ids that belong elsewhere by now, and wait. */
  waiting: number[];
  /** Ids that left the list and are still shown; they are known as they were. */
  left: Set<number>;
  /** Where the next page further down begins; undefined before the first page. */
  next: string | null | undefined;
}

export const noRows = (by: ConversationOrder): Rows => ({
  by,
  known: new Map(),
  order: [],
  waiting: [],
  left: new Set(),
  next: undefined,
});

const idOf = (conversation: Conversation) => conversation.contact.id;
const atOf = (conversation: Conversation) => conversation.last?.at ?? 0;
const sinceOf = (conversation: Conversation) => conversation.waiting_since ?? Infinity;

/** The server's orders: the latest words first, or who has waited longest. */
const compare = {
  latest: (a: Conversation, b: Conversation) => atOf(b) - atOf(a) || idOf(b) - idOf(a),
  waiting: (a: Conversation, b: Conversation) => sinceOf(a) - sinceOf(b) || idOf(a) - idOf(b),
};
const inOrder = (by: ConversationOrder, known: Map<number, Conversation>) =>
  [...known.values()].sort(compare[by]).map(idOf);

/**
 * The first page was read again. `hold`: someone is reading further down, or is about to press a row. Of those who
 * wait, the `chosen` one stays in its place after the answer, until another is chosen.
 */
export function withFirst(
  rows: Rows,
  page: ConversationPage,
  hold: boolean,
  chosen?: number,
): Rows {
  const { by } = rows;
  const last = page.next === null ? undefined : page.items.at(-1);
  const fresh = new Set(page.items.map(idOf));
  const known = new Map<number, Conversation>();
  const gone = new Map<number, Conversation>();
  for (const [id, conversation] of rows.known) {
    if (fresh.has(id)) continue;
    // What belongs into this page and is not in it has left the list.
    if (rows.left.has(id) || last === undefined || compare[by](conversation, last) < 0)
      gone.set(id, conversation);
    else known.set(id, conversation);
  }
  const next =
    rows.next === undefined || known.size === 0
      ? page.next
      : by === 'waiting'
        ? (rows.next ?? page.next)
        : rows.next;
  for (const conversation of page.items) known.set(idOf(conversation), conversation);
  if (rows.order.length === 0)
    return { by, known, order: inOrder(by, known), waiting: [], left: new Set(), next };
  const left = new Set<number>();
  for (const id of rows.order) {
    const kept = gone.get(id);
    if (!kept || !(hold || (by === 'waiting' && id === chosen))) continue;
    known.set(id, kept);
    left.add(id);
  }
  const order = inOrder(by, known);
  if (!hold) return { by, known, order, waiting: [], left, next };
  const shown = rows.order.filter((id) => known.has(id));
  const hasMoved = (id: number) => {
    const [before, after] = [rows.known.get(id), known.get(id)];
    return after !== undefined && (before === undefined || compare[by](after, before) !== 0);
  };
  // At the end they move nothing.
  const end = by === 'waiting' ? order.findLastIndex((id) => rows.known.has(id)) + 1 : order.length;
  const moved = order
    .slice(0, end)
    .filter((id, place) => hasMoved(id) && shown.indexOf(id) !== place);
  shown.push(...order.slice(end));
  const done = by === 'waiting' ? [...left].filter((id) => id !== chosen) : [];
  return {
    by,
    known,
    order: shown,
    waiting: [...new Set([...rows.waiting.filter((id) => known.has(id)), ...moved, ...done])],
    left,
    next,
  };
}

/** A page further down was read. */
export function withOlder(rows: Rows, page: ConversationPage): Rows {
  const known = new Map(rows.known);
  for (const conversation of page.items)
    if (!known.has(idOf(conversation))) known.set(idOf(conversation), conversation);
  const had = new Set(rows.order);
  const added = page.items.map(idOf).filter((id) => !had.has(id));
  return { ...rows, known, order: [...rows.order, ...added], next: page.next };
}

/** Everything in its place, and what left gone. */
export function settled(rows: Rows): Rows {
  const known = new Map([...rows.known].filter(([id]) => !rows.left.has(id)));
  return { ...rows, known, order: inOrder(rows.by, known), waiting: [], left: new Set() };
}

/** One conversation as an action left it. */
export function withOne(rows: Rows, conversation: Conversation): Rows {
  const id = idOf(conversation);
  const before = rows.known.get(id);
  if (!before) return rows;
  const done = rows.by === 'waiting' && conversation.waiting_since === null;
  const known = new Map(rows.known).set(
    id,
    done ? { ...conversation, waiting_since: before.waiting_since } : conversation,
  );
  return { ...rows, known, left: done ? new Set(rows.left).add(id) : rows.left };
}

export function without(rows: Rows, id: number): Rows {
  const known = new Map(rows.known);
  known.delete(id);
  const others = (ids: number[]) => ids.filter((each) => each !== id);
  return {
    ...rows,
    known,
    order: others(rows.order),
    waiting: others(rows.waiting),
    left: new Set(others([...rows.left])),
  };
}
