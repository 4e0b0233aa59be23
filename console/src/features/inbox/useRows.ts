import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { get } from '@/api/client';
import { newestConversationsQuery } from '@/api/queries';
import type { Conversation, ConversationFilter, ConversationPage } from '@/api/types';
import { noRows, settled, withNewest, withOlder, without, withOne, type Rows } from './rows';

/** The shown list of one filter and search, fed by its newest page and by older pages as they are scrolled to. */
export function useRows(botId: number, filter: ConversationFilter, q: string, isHeld: () => boolean) {
  const client = useQueryClient();
  const newest = useQuery(newestConversationsQuery(botId, filter, q));
  const [rows, setRows] = useState<Rows>(noRows);
  const [older, setOlder] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const wanted = `${botId} ${filter} ${q}`;
  const current = useRef(wanted);
  const held = useRef(isHeld);
  useEffect(() => {
    held.current = isHeld;
  });
  useEffect(() => {
    const changed = current.current !== wanted;
    current.current = wanted;
    if (changed) setOlder({ busy: false, error: null });
    if (newest.data) {
      const page = newest.data;
      setRows((before) => withNewest(changed ? noRows : before, page, !changed && held.current()));
    } else if (changed) setRows(noRows);
  }, [wanted, newest.data]);

  const cursor = rows.next;
  const more = useCallback(async () => {
    if (!cursor || older.busy) return;
    setOlder({ busy: true, error: null });
    const asked = current.current;
    try {
      const page = await client.fetchQuery({
        queryKey: ['conversation-page', botId, filter, q, cursor],
        queryFn: () => get<ConversationPage>('/conversations', { bot_id: botId, filter, q, cursor, limit: 50 }),
        staleTime: 0,
      });
      if (asked !== current.current) return;
      setRows((before) => withOlder(before, page));
      setOlder({ busy: false, error: null });
    } catch (error) {
      if (asked === current.current) setOlder({ busy: false, error });
    }
  }, [client, botId, filter, q, cursor, older.busy]);

  return {
    query: newest,
    counts: newest.data?.counts,
    items: rows.order.map((id) => rows.known.get(id)).filter((each): each is Conversation => each !== undefined),
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
