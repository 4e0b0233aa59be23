import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { get } from '@/api/client';
import { firstConversationsQuery } from '@/api/queries';
import type { Conversation, ConversationFilter, ConversationOrder } from '@/api/types';
import { noRows, settled, withFirst, withOlder, without, withOne, type Rows } from './rows';

const PAGE_ROWS = 50;
/** Who is answered, or begins to wait, is told of by the first page alone: of those who wait it holds this many. */
const FIRST_ROWS_MAX = 200;

export interface Listed {
  botId: number;
  filter: ConversationFilter;
  q: string;
  order: ConversationOrder;
  /** Whose conversation is open beside the list. */
  chosen: number | undefined;
}

/** The shown list of one filter, search and order, fed by its first page and by further pages as they are scrolled to. */
export function useRows({ botId, filter, q, order, chosen }: Listed, isHeld: () => boolean) {
  const client = useQueryClient();
  const [rows, setRows] = useState<Rows>(() => noRows(order));
  const shown = Math.ceil(rows.order.length / PAGE_ROWS) * PAGE_ROWS;
  const limit =
    order === 'latest' ? PAGE_ROWS : Math.min(FIRST_ROWS_MAX, Math.max(PAGE_ROWS, shown));
  const first = useQuery(firstConversationsQuery(botId, filter, q, order, limit));
  const [older, setOlder] = useState<{ busy: boolean; error: unknown }>({
    busy: false,
    error: null,
  });
  const wanted = `${botId} ${filter} ${order} ${q}`;
  const current = useRef(wanted);
  const held = useRef({ isHeld, chosen });
  useEffect(() => {
    held.current = { isHeld, chosen };
  });
  useEffect(() => {
    const changed = current.current !== wanted;
    current.current = wanted;
    if (changed) setOlder({ busy: false, error: null });
    if (first.data) {
      const page = first.data;
      setRows((before) =>
        withFirst(
          changed ? noRows(order) : before,
          page,
          !changed && held.current.isHeld(),
          held.current.chosen,
        ),
      );
    } else if (changed) setRows(noRows(order));
  }, [wanted, order, first.data]);

  const cursor = rows.next;
  const more = useCallback(async () => {
    if (!cursor || older.busy) return;
    setOlder({ busy: true, error: null });
    const asked = current.current;
    try {
      const page = await client.fetchQuery({
        queryKey: ['conversation-page', botId, filter, q, order, cursor],
        queryFn: () =>
          get('/conversations', {
            params: { query: { bot_id: botId, filter, q, order, cursor, limit: PAGE_ROWS } },
          }),
        staleTime: 0,
      });
      if (asked !== current.current) return;
      setRows((before) => withOlder(before, page));
      setOlder({ busy: false, error: null });
    } catch (error) {
      if (asked === current.current) setOlder({ busy: false, error });
    }
  }, [client, botId, filter, q, order, cursor, older.busy]);

  return {
    query: first,
    counts: first.data?.counts,
    items: rows.order
      .map((id) => rows.known.get(id))
      .filter((each): each is Conversation => each !== undefined),
    hasLeft: (id: number) => rows.left.has(id),
    find: (id: number) => rows.known.get(id),
    waiting: rows.waiting.length,
    older,
    more: older.error ? undefined : () => void more(),
    retryOlder: () => void more(),
    settle: () => setRows(settled),
    put: (conversation: Conversation) => setRows((before) => withOne(before, conversation)),
    drop: (id: number) => setRows((before) => without(before, id)),
  };
}
export type ShownRows = ReturnType<typeof useRows>;
