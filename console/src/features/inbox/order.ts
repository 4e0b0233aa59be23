import type { ConversationOrder } from '@/api/types';
import { useCan } from '@/api/workspace';

/** In which order a member finds the inbox: who answers all day begins with whoever has waited longest. */
export const usualOrder = (sends: boolean): ConversationOrder => (sends ? 'latest' : 'waiting');
export const useUsualOrder = () => usualOrder(useCan()('send_campaigns'));
