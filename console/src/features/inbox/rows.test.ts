import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationPage } from '@/api/types';
import { noRows, settled, withFirst, without, withOlder, withOne } from './rows';

const talk = (id: number, at: number, text = 'hi'): Conversation => ({
  contact: {
    id,
    bot_id: 1,
    telegram_id: id,
    name: `P${id}`,
    username: null,
    language: null,
    premium: false,
    tags: [],
    stage: { id: 1, name: 'new' },
    reachable: true,
    unreachable_reason: null,
    first_seen_at: 0,
    last_interaction_at: at,
  },
  status: 'open',
  assignee: null,
  waiting_since: null,
  unread: 0,
  last: { at, text, from: 'person' },
});
const page = (items: Conversation[], next: string | null = null): ConversationPage => ({
  items,
  next,
  counts: { mine: 0, unassigned: 0, open: 0, closed: 0 },
});

describe('the list of conversations', () => {
  const first = withFirst(noRows('latest'), page([talk(3, 30), talk(2, 20)], 'below-2'), false);
  const both = withOlder(first, page([talk(1, 10)]));

  it('keeps older pages when the newest one moves on, and loses nothing between them', () => {
    const moved = withFirst(both, page([talk(4, 40), talk(3, 30)], 'below-3'), false);
    expect(moved.order).toEqual([4, 3, 2, 1]);
    expect(moved.next).toBe(null);
  });

  it('moves nothing while it is read, and says how many wait', () => {
    const held = withFirst(both, page([talk(4, 40), talk(1, 35, 'again')], 'below-1'), true);
    expect(held.order).toEqual([3, 2, 1]);
    expect(held.known.get(1)?.last?.text).toBe('again');
    expect(held.waiting).toEqual([4, 1]);
    expect(settled(held).order).toEqual([4, 1, 3, 2]);
    expect(settled(held).waiting).toEqual([]);
  });

  it('drops what left the filter, but not under the eyes of who reads', () => {
    const fresh = page([talk(2, 20), talk(1, 10)]);
    expect(withFirst(both, fresh, false).order).toEqual([2, 1]);
    expect(withFirst(both, fresh, true).order).toEqual([3, 2, 1]);
  });

  it('forgets what an action took away', () => {
    expect(without(both, 2).order).toEqual([3, 1]);
  });
});

describe('the list of those who wait', () => {
  const waits = (id: number, since: number): Conversation => ({
    ...talk(id, 1_000 + id),
    waiting_since: since,
  });
  const three = withFirst(
    noRows('waiting'),
    page([waits(1, 10), waits(2, 20), waits(3, 30)]),
    false,
  );

  it('is longest first, and who has waited equally long is told apart as the server does', () => {
    const equal = withFirst(
      noRows('waiting'),
      page([waits(7, 10), waits(2, 20), waits(9, 20)]),
      false,
    );
    expect(equal.order).toEqual([7, 2, 9]);
  });

  it('lets go of who is answered, and puts who is new at the end, also while it is read', () => {
    const fresh = page([waits(1, 10), waits(3, 30), waits(4, 40)]);
    expect(withFirst(three, fresh, false).order).toEqual([1, 3, 4]);
    const held = withFirst(three, fresh, true);
    expect(held.order).toEqual([1, 2, 3, 4]);
    expect([...held.left]).toEqual([2]);
    expect(held.waiting).toEqual([2]);
    expect(settled(held).order).toEqual([1, 3, 4]);
    expect(withFirst(held, fresh, false).order).toEqual([1, 3, 4]);
  });

  it('keeps the one in view in its place after the answer, until another is chosen', () => {
    const fresh = page([waits(1, 10), waits(3, 30)]);
    const answered = withFirst(three, fresh, false, 2);
    expect(answered.order).toEqual([1, 2, 3]);
    expect([...answered.left]).toEqual([2]);
    expect(withFirst(three, fresh, true, 2).waiting).toEqual([]);
    expect(withFirst(answered, fresh, false, 2).order).toEqual([1, 2, 3]);
    expect(withFirst(answered, fresh, false, 3).order).toEqual([1, 3]);
  });

  it('keeps the place of who was answered by an action, and says that they left', () => {
    const closed = withOne(three, { ...waits(2, 20), status: 'closed', waiting_since: null });
    expect([...closed.left]).toEqual([2]);
    expect(settled(closed).order).toEqual([1, 3]);
    expect(
      withFirst(closed, page([waits(1, 10), waits(3, 30), waits(2, 50)]), false).order,
    ).toEqual([1, 3, 2]);
  });

  it('says who belongs between others, and moves nobody for them', () => {
    const held = withFirst(
      three,
      page([waits(1, 10), waits(8, 15), waits(3, 30), waits(2, 35), waits(4, 40)]),
      true,
    );
    expect(held.order).toEqual([1, 2, 3, 4]);
    expect(held.waiting).toEqual([8, 2]);
    expect(settled(held).order).toEqual([1, 8, 3, 2, 4]);
  });

  it('goes on where its first page ends once that reaches as far as what is shown', () => {
    const begun = withFirst(
      noRows('waiting'),
      page([waits(1, 10), waits(2, 20)], 'after-2'),
      false,
    );
    const moved = withFirst(begun, page([waits(2, 20), waits(3, 30)], 'after-3'), false);
    expect([moved.order, moved.next]).toEqual([[2, 3], 'after-3']);
    const whole = withOlder(moved, page([waits(4, 40)]));
    expect(whole.next).toBe(null);
    const further = withFirst(whole, page([waits(2, 20), waits(3, 30)], 'after-3'), false);
    expect([further.order, further.next]).toEqual([[2, 3, 4], 'after-3']);
  });
});
