/** The only place that speaks HTTP. Errors of the server become `Problem`; a lost connection becomes one with status 0. */
const root = '/api/v1';

export interface ProblemField {
  path: string;
  code: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: ProblemField[],
    /** With a `conflict`: what the server has now. */
    readonly current: unknown,
  ) {
    super(detail || title);
    this.name = 'Problem';
  }

  /** The message that belongs to one field, by the start of its path. */
  field(path: string): string | undefined {
    return this.errors.find((error) => error.path.startsWith(path))?.message;
  }
}

export type Query = Record<string, string | number | boolean | object | null | undefined>;

function address(path: string, query: Query | undefined): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '') continue;
    params.set(key, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const text = params.toString();
  return text ? `${root}${path}?${text}` : `${root}${path}`;
}

/** A key that makes a repeated create harmless. `randomUUID` exists in secure contexts only, so it is not used. */
export function freshKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function problemOf(response: Response, text: string): Problem {
  let body: Partial<{
    code: string;
    title: string;
    detail: string;
    errors: ProblemField[];
    current: unknown;
  }> = {};
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's HTML page or an empty body: the status is all there is to say.
  }
  return new Problem(
    response.status,
    body.code ?? (response.status >= 500 ? 'unavailable' : 'invalid'),
    body.title ?? response.statusText,
    body.detail ?? '',
    body.errors ?? [],
    body.current,
  );
}

/** What is asked and not answered for so long is given up: a server that hangs must not look like one that works. */
export const READ_MS = 20_000;
/** Writes may wait for a long commit; files for a slow line. */
export const WRITE_MS = 60_000;
export const UPLOAD_MS = 15 * 60_000;

interface Ask {
  query?: Query;
  body?: unknown;
  form?: FormData;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

const lost = (code: 'unreachable' | 'timeout') => new Problem(0, code, '', '', [], undefined);

/** What is told of each answer that came and each that did not; the one banner follows it. */
type Heard = (answered: boolean) => void;
const listeners = new Set<Heard>();
export function onHeard(listener: Heard): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell = (answered: boolean) => listeners.forEach((listener) => listener(answered));

async function ask<T>(
  method: string,
  path: string,
  { query, body, form, signal, headers }: Ask,
): Promise<T> {
  const limit = AbortSignal.timeout(form ? UPLOAD_MS : method === 'GET' ? READ_MS : WRITE_MS);
  try {
    const response = await fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: form ?? (body === undefined ? null : JSON.stringify(body)),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    });
    // The limit holds for the body too: a server can hang in the middle of an answer.
    const text = response.status === 204 ? '' : await response.text();
    tell(true);
    if (!response.ok) throw problemOf(response, text);
    return (text ? JSON.parse(text) : undefined) as T;
  } catch (cause) {
    if (cause instanceof Problem || signal?.aborted) throw cause;
    if (cause instanceof SyntaxError) throw new Problem(502, 'unavailable', '', '', [], undefined);
    tell(false);
    throw lost(limit.aborted ? 'timeout' : 'unreachable');
  }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal) =>
  ask<T>('GET', path, { query, signal });
export const patch = <T>(path: string, body: unknown) => ask<T>('PATCH', path, { body });
export const put = <T>(path: string, body: unknown) => ask<T>('PUT', path, { body });
export const del = (path: string) => ask<void>('DELETE', path, {});

/** `key` stays the same while a person tries one thing again, so that it is done once. */
export const post = <T>(path: string, body?: unknown, key: string = freshKey()) =>
  ask<T>('POST', path, { body: body ?? {}, headers: { 'idempotency-key': key } });
export const upload = <T>(path: string, form: FormData, key: string = freshKey()) =>
  ask<T>('POST', path, { form, headers: { 'idempotency-key': key } });

/** A plain address for downloads. */
export const download = (path: string, query?: Query) => address(path, query);
