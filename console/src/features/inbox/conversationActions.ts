import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { Conversation } from '@/api/types';
import { toast } from '@/ui/toast';

type Act = { said?: string } & (
  { verb: 'close' | 'open' | 'read' } | { verb: 'assign'; body: { member_id: number | null } }
);

/** What can be done with the conversation in view. `onChanged` puts the answer into the list. */
export function useConversationActions(
  id: number,
  onChanged: (conversation: Conversation) => void,
) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const refresh = () => {
    for (const queryKey of [['contact', id], ['thread', id], ['conversations']])
      void client.invalidateQueries({ queryKey });
  };
  const act = useMutation({
    mutationFn: (asked: Act) => {
      const params = { path: { id } };
      return asked.verb === 'assign'
        ? post('/conversations/{id}/assign', { params, body: asked.body })
        : post(`/conversations/{id}/${asked.verb}`, { params });
    },
    onSuccess: (answer) => {
      if (answer) onChanged(answer);
      refresh();
    },
  });
  const open = () => act.mutate({ verb: 'open' });
  const close = (then?: () => void) =>
    act.mutate(
      { verb: 'close' },
      {
        onSuccess: () => {
          toast(t('inbox.closed_toast'), { label: t('ui.undo'), run: open });
          then?.();
        },
      },
    );
  const assign = (memberId: number | null) =>
    act.mutate({ verb: 'assign', body: { member_id: memberId } });
  const read = () => act.mutate({ verb: 'read' });
  const tags = useMutation({
    mutationFn: (change: { add?: string[]; remove?: string[] }) =>
      post('/contacts/{id}/tags', { params: { path: { id } }, body: change }),
    onSuccess: () => {
      for (const queryKey of [['contact', id], ['timeline', id], ['tags']])
        void client.invalidateQueries({ queryKey });
    },
  });
  const untag = (name: string) =>
    tags.mutate(
      { remove: [name] },
      {
        onSuccess: () =>
          toast(t('person.tag_removed', { name }), {
            label: t('ui.undo'),
            run: () => tags.mutate({ add: [name] }),
          }),
      },
    );
  return { act, open, close, assign, read, tags, untag };
}
export type ConversationActions = ReturnType<typeof useConversationActions>;
