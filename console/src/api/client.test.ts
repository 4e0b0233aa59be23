import { afterEach, describe, expect, it, vi } from 'vitest';
import { get, onHeard, Problem, READ_MS } from './client';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A server that takes the request and never says anything; it only ends when the browser gives up. */
const hang = (_url: string, { signal }: RequestInit) =>
  new Promise((_, refuse) =>
    signal?.addEventListener('abort', () => refuse(signal.reason as Error)),
  );

describe('a server that hangs', () => {
  it('is given up after the limit of a read, and says so', async () => {
    const limit = new AbortController();
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
    vi.stubGlobal('fetch', vi.fn(hang));
    const heard: boolean[] = [];
    const end = onHeard((answered) => heard.push(answered));
    const asked = get('/home');
    limit.abort(new DOMException('', 'TimeoutError'));
    const problem = await asked.catch((error: unknown) => error);
    end();
    expect(timeout).toHaveBeenCalledWith(READ_MS);
    expect(problem).toBeInstanceOf(Problem);
    expect((problem as Problem).code).toBe('timeout');
    expect(heard).toEqual([false]);
  });
  it('is not blamed for what the page itself took back', async () => {
    vi.stubGlobal('fetch', vi.fn(hang));
    const heard: boolean[] = [];
    const end = onHeard((answered) => heard.push(answered));
    const leave = new AbortController();
    const asked = get('/home', undefined, leave.signal);
    leave.abort();
    await expect(asked).rejects.not.toBeInstanceOf(Problem);
    end();
    expect(heard).toEqual([]);
  });
});

describe('an answer that is no JSON', () => {
  it('is a problem, not a broken page', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.resolve(new Response('<html>gateway</html>', { status: 200 }))),
    );
    await expect(get('/home')).rejects.toMatchObject({ code: 'unavailable' });
  });
});
