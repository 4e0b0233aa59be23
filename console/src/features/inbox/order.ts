import type { ConversationOrder, Role } from '@/api/types';
import { useWorkspace } from '@/api/workspace';

/** In which order a member finds the inbox: who answers all day begins with whoever has waited longest. */
export const usualOrder = (role: Role): ConversationOrder =>
  role === 'agent' ? 'waiting' : 'latest';
export const useUsualOrder = () => usualOrder(useWorkspace().session.member.role);
