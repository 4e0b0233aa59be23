import { afterEach, describe, expect, it, vi } from 'vitest';
import { download, get, onHeard, patch, post, Problem, READ_MS, upload } from './client';

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
    const asked = get('/members');
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
    const asked = get('/members', { signal: leave.signal });
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
    await expect(get('/members')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a gateway', () => {
  it('that says that the server is not there is no answer of the server', async () => {
    const says = async (body: string, status: number) => {
      vi.stubGlobal(
        'fetch',
        vi.fn(() => Promise.resolve(new Response(body, { status }))),
      );
      const heard: boolean[] = [];
      const end = onHeard((answered) => heard.push(answered));
      await get('/members').catch(() => undefined);
      end();
      return heard;
    };
    for (const status of [502, 503, 504]) {
      expect(await says('<html>Bad Gateway</html>', status)).toEqual([false]);
      expect(await says('', status)).toEqual([false]);
    }
    expect(await says('{"code":"unavailable","title":"…"}', 503)).toEqual([true]);
    expect(await says('<html>Not Found</html>', 404)).toEqual([true]);
  });
});

describe('what the document does not know', () => {
  it('does not compile', () => {
    const wrong = () => {
      // @ts-expect-error no such path
      void get('/people');
      // @ts-expect-error no such method there
      void patch('/members', { body: {} });
      // @ts-expect-error a path without its id
      void get('/contacts/{id}');
      // @ts-expect-error a parameter that it does not have
      void get('/tags', { params: { query: { bot_id: 1, colour: 'red' } } });
      // @ts-expect-error a body with another field
      void post('/tags', { body: { title: 'VIP' } });
      // @ts-expect-error a status that no campaign has
      void get('/campaigns', { params: { query: { bot_id: 1, status: 'sleeping' } } });
      // @ts-expect-error an answer with another field
      void get('/members').then(({ people }) => people);
    };
    expect(wrong).toBeTypeOf('function');
  });
});

describe('a request', () => {
  const asked: Request[] = [];
  const answer = (request: Request) => {
    asked.push(request);
    return Promise.resolve(new Response('{}', { status: 200 }));
  };
  it('leaves out what is not said, and carries a key where it makes something', async () => {
    vi.stubGlobal('fetch', vi.fn(answer));
    await get('/contacts', { params: { query: { bot_id: 1, q: '', cursor: undefined } } });
    await post('/tags', { body: { name: 'VIP' } }, 'one-key');
    await upload('/media', { body: { file: new Blob(['x'], { type: 'text/plain' }) } });
    const [read, made, sent] = asked;
    expect(new URL(read!.url).search).toBe('?bot_id=1');
    expect(made!.headers.get('idempotency-key')).toBe('one-key');
    expect(made!.headers.get('content-type')).toBe('application/json');
    expect(sent!.headers.get('content-type')).toMatch(/^multipart\/form-data/);
    expect(sent!.headers.get('idempotency-key')).toMatch(/^[0-9a-f]{32}$/);
  });
  it('can be a plain address', () => {
    const place = { path: { id: 7 } };
    expect(download('/media/{id}/content', place)).toBe('/api/v1/media/7/content');
    expect(download('/contacts/export', { query: { bot_id: 1, expression: '{"all":[]}' } })).toBe(
      '/api/v1/contacts/export?bot_id=1&expression=%7B%22all%22%3A%5B%5D%7D',
    );
  });
});
