/** Who is signed in and which bot is looked at; every page has both. */
import { createContext, use, useCallback } from 'react';
import type { Bot, Role, Session } from './types';

export interface Workspace {
  session: Session;
  bot: Bot;
  setBot: (id: number) => void;
}

export const WorkspaceContext = createContext<Workspace | null>(null);

export function useWorkspace(): Workspace {
  const workspace = use(WorkspaceContext);
  if (!workspace) throw new Error('a page is shown inside the frame only');
  return workspace;
}
export const useBot = () => useWorkspace().bot;

/** What each role may do; the server decides again. */
const rights = {
  write: ['owner', 'marketer'],
  talk: ['owner', 'marketer', 'agent'],
  administer: ['owner'],
} satisfies Record<string, Role[]>;

export function useCan() {
  const { role } = useWorkspace().session.member;
  return useCallback((right: keyof typeof rights) => (rights[right] as Role[]).includes(role), [role]);
}
