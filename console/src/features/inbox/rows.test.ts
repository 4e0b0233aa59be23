import { describe, expect, it } from 'vitest';
import type { Conversation, ConversationPage } from '@/api/types';
import { noRows, settled, without, withNewest, withOlder } from './rows';

const talk = (id: number, at: number, text = 'hi'): Conversation => ({
  contact: { id, bot_id: 1, telegram_id: id, name: `P${id}`, username: null, language: null, premium: false, tags: [], stage: { id: 1, name: 'new' }, reachable: true, unreachable_reason: null, first_seen_at: 0, last_interaction_at: at },
  status: 'open', assignee: null, waiting_since: null, unread: 0, last: { at, text, from: 'person' },
});
const page = (items: Conversation[], next: string | null = null): ConversationPage => ({ items, next, counts: { mine: 0, unassigned: 0, open: 0, closed: 0 } });

describe('the list of conversations', () => {
  const first = withNewest(noRows, page([talk(3, 30), talk(2, 20)], 'below-2'), false);
  const both = withOlder(first, page([talk(1, 10)]));

  it('keeps older pages when the newest one moves on, and loses nothing between them', () => {
    const moved = withNewest(both, page([talk(4, 40), talk(3, 30)], 'below-3'), false);
    expect(moved.order).toEqual([4, 3, 2, 1]);
    expect(moved.next).toBe(null);
  });

  it('moves nothing while it is read, and says how many wait', () => {
    const held = withNewest(both, page([talk(4, 40), talk(1, 35, 'again')], 'below-1'), true);
    expect(held.order).toEqual([3, 2, 1]);
    expect(held.known.get(1)?.last?.text).toBe('again');
    expect(held.waiting).toEqual([4, 1]);
    expect(settled(held).order).toEqual([4, 1, 3, 2]);
    expect(settled(held).waiting).toEqual([]);
  });

  it('drops what left the filter, but not under the eyes of who reads', () => {
    const fresh = page([talk(2, 20), talk(1, 10)]);
    expect(withNewest(both, fresh, false).order).toEqual([2, 1]);
    expect(withNewest(both, fresh, true).order).toEqual([3, 2, 1]);
  });

  it('forgets what an action took away', () => {
    expect(without(both, 2).order).toEqual([3, 1]);
  });
});
