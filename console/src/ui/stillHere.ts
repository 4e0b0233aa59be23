import { useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

/**
 * Whether nobody has gone elsewhere meanwhile. A page stays while the next one is loaded; what it does by itself then
 * (open a first conversation, search for what was typed, give a saved draft its address) must not lead back to it.
 */
export function useStillHere(path: string) {
  const router = useRouter();
  return useCallback(() => router.latestLocation.pathname === path, [router, path]);
}
