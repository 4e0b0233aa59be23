/** Who is signed in and which bot is looked at; every page has both. */
import { createContext, use, useCallback } from 'react';
import type { Bot, Right, Session } from './types';

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

/**
 * Where the bot is spoken to. The demo's bot lives on this machine only: its name in Telegram, if there is one, is a
 * stranger's, so the way leads to the phone.
 */
export function useBotAddress(): (link: string) => string {
  const { phone_url } = useWorkspace().session;
  return (link) => phone_url ?? link;
}

/** What the member may do, as the session says; the server decides again. */
export function useCan() {
  const { rights } = useWorkspace().session;
  return useCallback((right: Right) => rights.includes(right), [rights]);
}
