/**
 * Live updates: one stream of server-sent events for the bot in view. A change marks what it touches as stale;
 * pages that are read (long lists) keep what they show and offer the newer state instead.
 */
import { useEffect, useSyncExternalStore } from 'react';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { onHeard } from './client';

/** What the stream tells of a change. */
interface Change {
  number: number;
  kind: string;
  contact_id: number | null;
  campaign_id: number | null;
}

/** Small things follow at once; sums over everyone follow at a calmer beat, however busy the bot is. */
const SOON_MS = 250;
const CALM_MS = 2_500;

/** The server says something every 15 seconds, a change or that it is alive; this long a silence is none of its own. */
export const SILENCE_MS = 40_000;
/** After how long a stream that was given up is opened again. */
const AGAIN_MS = 3_000;

/** `silent`: connected, and yet nothing comes; `away`: no answer to a request. Both end by themselves. */
export type LiveState = 'connecting' | 'open' | 'lost' | 'silent';

let stream: LiveState = 'connecting';
let answers = true;
const listeners = new Set<() => void>();
const told = () => listeners.forEach((listener) => listener());
function setStream(next: LiveState) {
  if (next === stream) return;
  stream = next;
  told();
}
onHeard((answered) => {
  if (answered === answers) return;
  answers = answered;
  told();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

/** What the one banner says: nothing while the stream is open and requests are answered. */
export function useTrouble(): 'away' | 'lost' | null {
  return useSyncExternalStore(subscribe, () =>
    !answers ? 'away' : stream === 'lost' || stream === 'silent' ? 'lost' : null,
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

const CALM_KEYS = [
  'home',
  'tags',
  'segments',
  'segment',
  'stages',
  'flows',
  'flow',
  'preview',
  'campaigns',
  'report',
  'campaign-preview',
  'links',
  'link',
];

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

interface StreamEvents {
  /** `again`: something may have been missed, since it was open before, or could not be opened. */
  onOpen: (again: boolean) => void;
  onChange: (change: Change) => void;
  onReset: () => void;
}

/**
 * Opens the stream and watches over it: the browser notices a connection that breaks, not one that falls silent, so
 * a silent one is closed and opened again. Returns what ends it.
 */
export function followStream(url: string, { onOpen, onChange, onReset }: StreamEvents): () => void {
  let source: EventSource;
  let watch: number | undefined;
  let again = false;
  const open = () => {
    source = new EventSource(url);
    const heard = () => {
      window.clearTimeout(watch);
      watch = window.setTimeout(() => {
        setStream('silent');
        again = true;
        source.close();
        watch = window.setTimeout(open, AGAIN_MS);
      }, SILENCE_MS);
    };
    const change = (event: MessageEvent<string>) => {
      heard();
      onChange(JSON.parse(event.data) as Change);
    };
    source.onopen = () => {
      heard();
      setStream('open');
      onOpen(again);
      again = true;
    };
    // The browser reconnects by itself and sends Last-Event-ID; only what it gave up for good is opened anew.
    source.onerror = () => {
      if (stream !== 'silent') setStream('lost');
      again = true;
      if (source.readyState !== EventSource.CLOSED) return;
      window.clearTimeout(watch);
      watch = window.setTimeout(open, AGAIN_MS);
    };
    source.addEventListener('change', change);
    source.addEventListener('message', change);
    source.addEventListener('alive', heard);
    source.addEventListener('reset', () => {
      heard();
      onReset();
    });
    heard();
  };
  open();
  return () => {
    window.clearTimeout(watch);
    source.close();
    setStream('connecting');
  };
}

/** Holds the stream open while mounted; whatever was missed while it was not is read again. */
export function useLive(botId: number | undefined) {
  const client = useQueryClient();
  useEffect(() => {
    if (botId === undefined) return;
    const soon = new Beat(client, SOON_MS);
    const calm = new Beat(client, CALM_MS);
    const readAgain = () => void client.invalidateQueries();
    const end = followStream(`/api/v1/live?bot_id=${botId}`, {
      // A stream that was opened anew by us has no place in the log to go on from, and what was asked while it could
      // not be opened may have failed.
      onOpen: (again) => again && readAgain(),
      onChange: (change) => touch(change, soon, calm),
      onReset: readAgain,
    });
    return () => {
      end();
      soon.stop();
      calm.stop();
    };
  }, [botId, client]);
}
