import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { followStream, SILENCE_MS } from './live';

/** A stream whose server says only what the test says. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  static all: Stream[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  constructor(readonly url: string) {
    super();
    Stream.all.push(this);
  }
  close() {
    this.readyState = Stream.CLOSED;
  }
  say(event: string) {
    this.dispatchEvent(new MessageEvent(event, { data: '{}' }));
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  Stream.all = [];
  vi.stubGlobal('EventSource', Stream);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const follow = () =>
  followStream('/live', { onOpen: vi.fn(), onChange: vi.fn(), onReset: vi.fn() });

describe('a stream that falls silent', () => {
  it('is closed and opened again', () => {
    const end = follow();
    Stream.all[0]?.onopen?.();
    vi.advanceTimersByTime(SILENCE_MS + 5_000);
    expect(Stream.all[0]?.readyState).toBe(Stream.CLOSED);
    expect(Stream.all).toHaveLength(2);
    end();
  });
  it('is not one whose server says that it is alive', () => {
    const end = follow();
    Stream.all[0]?.onopen?.();
    for (let quarter = 0; quarter < 20; quarter += 1) {
      vi.advanceTimersByTime(15_000);
      Stream.all[0]?.say('alive');
    }
    expect(Stream.all).toHaveLength(1);
    end();
  });
  it('is not opened again once its page is left', () => {
    follow()();
    vi.advanceTimersByTime(10 * SILENCE_MS);
    expect(Stream.all).toHaveLength(1);
  });
});

describe('a stream that opens', () => {
  const opened = (before: (first: Stream) => void) => {
    const onOpen = vi.fn();
    Stream.all = [];
    const end = followStream('/live', { onOpen, onChange: vi.fn(), onReset: vi.fn() });
    before(Stream.all[0]!);
    Stream.all.at(-1)?.onopen?.();
    end();
    return onOpen.mock.calls.map(([again]) => again as boolean);
  };
  it('has missed nothing the first time', () => {
    expect(opened(() => undefined)).toEqual([false]);
  });
  it('may have missed something where it could not be opened before', () => {
    expect(opened((first) => first.onerror?.())).toEqual([true]);
    expect(
      opened((first) => {
        first.close();
        first.onerror?.();
        vi.advanceTimersByTime(5_000);
      }),
    ).toEqual([true]);
    expect(opened(() => vi.advanceTimersByTime(SILENCE_MS + 5_000))).toEqual([true]);
  });
});
