/**
 * Live updates: one stream of server-sent events for the bot in view. A change marks what it touches as stale;
 * pages that are read (long lists) keep what they show and offer the newer state instead.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import type { Change } from './types';

/** Small things follow at once; sums over everyone follow at a calmer beat, however busy the bot is. */
const SOON_MS = 250;
const CALM_MS = 2_500;

export type LiveState = 'connecting' | 'open' | 'lost';

let state: LiveState = 'connecting';
const listeners = new Set<() => void>();
function setState(next: LiveState) {
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** Whether the stream is open; shown in the top bar when it is not. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Collects the changes of one beat and marks each key stale once. */
class Beat {
  private keys = new Map<string, readonly unknown[]>();
  private timer: number | undefined;
  constructor(
    private readonly client: QueryClient,
    private readonly everyMs: number,
  ) {}
  add(key: readonly unknown[]) {
    this.keys.set(JSON.stringify(key), key);
    this.timer ??= window.setTimeout(() => this.flush(), this.everyMs);
  }
  flush() {
    this.timer = undefined;
    const keys = [...this.keys.values()];
    this.keys.clear();
    for (const queryKey of keys) {
      // Asking again would cancel what is on its way: with a busy bot and a slow server nothing would ever arrive.
      if (this.client.isFetching({ queryKey }) > 0) this.add(queryKey);
      else void this.client.invalidateQueries({ queryKey });
    }
  }
  stop() {
    window.clearTimeout(this.timer);
  }
}

const CALM_KEYS = ['home', 'tags', 'segments', 'segment', 'stages', 'flows', 'flow', 'preview', 'campaigns', 'report', 'campaign-preview', 'links', 'link'];

function touch(change: Change, soon: Beat, calm: Beat) {
  if (change.contact_id) {
    soon.add(['contact', change.contact_id]);
    soon.add(['timeline', change.contact_id]);
    soon.add(['thread', change.contact_id]);
    soon.add(['conversations']);
  }
  if (change.campaign_id) {
    soon.add(['campaign', change.campaign_id]);
    calm.add(['ledger', change.campaign_id]);
    calm.add(['report', change.campaign_id]);
  }
  for (const key of CALM_KEYS) calm.add([key]);
}

/** Holds the stream open while mounted. `onChange` is for pages that count what came since they were read. */
export function useLive(botId: number | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (botId === undefined) return;
    const soon = new Beat(client, SOON_MS);
    const calm = new Beat(client, CALM_MS);
    const stream = new EventSource(`/api/v1/live?bot_id=${botId}`);
    stream.onopen = () => setState('open');
    // The browser reconnects by itself and sends Last-Event-ID; we only say so.
    stream.onerror = () => setState('lost');
    const onChange = (event: MessageEvent<string>) => touch(JSON.parse(event.data) as Change, soon, calm);
    stream.addEventListener('change', onChange);
    stream.addEventListener('message', onChange);
    stream.addEventListener('reset', () => void client.invalidateQueries());
    return () => {
      stream.close();
      soon.stop();
      calm.stop();
      setState('connecting');
    };
  }, [botId, client]);
}
