/**
 * The only place that speaks HTTP. Paths, bodies and answers are those of the server's OpenAPI document, so that a
 * wrong one does not compile. Errors of the server become `Problem`; a lost connection becomes one with status 0.
 */
import createClient, {
  createFinalURL,
  defaultPathSerializer,
  type FetchResponse,
  type MaybeOptionalInit,
} from 'openapi-fetch';
import type { HttpMethod, PathsWithMethod, RequiredKeysOf } from 'openapi-typescript-helpers';
import type { components, paths } from './schema';

const root = '/api/v1';

/** What can be asked, by its path behind `/api/v1`. */
export type Paths = {
  [Path in keyof paths as Path extends `/api/v1${infer Rest}` ? Rest : never]: paths[Path];
};
export type ProblemField = components['schemas']['ProblemField'];

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

/** A gateway says by itself that whoever it stands for is not there; Muster's own problems are JSON with a code. */
const isGateways = ({ status }: Problem, text: string) =>
  [502, 503, 504].includes(status) && !text.trimStart().startsWith('{');

/** What is asked and not answered for so long is given up: a server that hangs must not look like one that works. */
export const READ_MS = 20_000;
/** Writes may wait for a long commit; files for a slow line. */
export const WRITE_MS = 60_000;
export const UPLOAD_MS = 15 * 60_000;

const lost = (code: 'unreachable' | 'timeout') => new Problem(0, code, '', '', [], undefined);

/** What is told of each answer that came and each that did not; the one banner follows it. */
type Heard = (answered: boolean) => void;
const listeners = new Set<Heard>();
export function onHeard(listener: Heard): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
const tell = (answered: boolean) => listeners.forEach((listener) => listener(answered));

function limitOf(request: Request): number {
  if (request.method === 'GET') return READ_MS;
  const isUpload = request.headers.get('content-type')?.startsWith('multipart/');
  return isUpload ? UPLOAD_MS : WRITE_MS;
}

async function ask(request: Request): Promise<Response> {
  const limit = AbortSignal.timeout(limitOf(request));
  try {
    const signal = AbortSignal.any([request.signal, limit]);
    const response = await fetch(request, { signal });
    // The limit holds for the body too: a server can hang in the middle of an answer.
    const text = response.status === 204 ? '' : await response.text();
    const problem = response.ok ? null : problemOf(response, text);
    tell(!problem || !isGateways(problem, text));
    if (problem) throw problem;
    return text
      ? new Response(text, { status: response.status })
      : new Response(null, { status: 204 });
  } catch (cause) {
    if (cause instanceof Problem || request.signal.aborted) throw cause;
    tell(false);
    throw lost(limit.aborted ? 'timeout' : 'unreachable');
  }
}

/** What is not said is left out. */
function querySerializer(query: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query))
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value));
  return params.toString();
}

const client = createClient<Paths>({
  baseUrl: `${location.origin}${root}`,
  credentials: 'same-origin',
  headers: { accept: 'application/json' },
  fetch: ask,
  querySerializer: (query) => querySerializer(query as Record<string, unknown>),
});

type Operation<Path extends keyof Paths, Method extends HttpMethod> =
  Paths[Path] extends Record<Method, infer Found extends Record<string | number, unknown>>
    ? Found
    : never;
type Data<Path extends keyof Paths, Method extends HttpMethod> = NonNullable<
  FetchResponse<Operation<Path, Method>, object, 'application/json'>['data']
>;
/** What comes back; nothing, where the document says so. */
export type Answer<Path extends keyof Paths, Method extends HttpMethod> = [
  Data<Path, Method>,
] extends [never]
  ? void
  : Data<Path, Method>;
/** Parameters and body; they can be left out where none is required. */
type Init<Path extends keyof Paths, Method extends HttpMethod> = MaybeOptionalInit<
  Paths[Path],
  Method & keyof Paths[Path]
>;
type Asked<Path extends keyof Paths, Method extends HttpMethod, Rest extends unknown[] = []> =
  RequiredKeysOf<Init<Path, Method> & object> extends never
    ? [init?: Init<Path, Method>, ...rest: Partial<Rest>]
    : [init: Init<Path, Method>, ...rest: Partial<Rest>];
/** `key` stays the same while a person tries one thing again, so that it is done once. */
type Key = [key: string];

interface Loose {
  headers?: Record<string, string>;
}

async function send<Path extends keyof Paths, Method extends HttpMethod>(
  method: Method,
  path: Path,
  init: object = {},
): Promise<Answer<Path, Method>> {
  try {
    // The types of one method and path are checked where it is asked for; here it is any of them.
    const request = client.request as (
      method: HttpMethod,
      path: string,
      init: object,
    ) => Promise<{ data?: unknown }>;
    return (await request(method, path, init)).data as Answer<Path, Method>;
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new Problem(502, 'unavailable', '', '', [], undefined);
    throw cause;
  }
}

export const get = <Path extends PathsWithMethod<Paths, 'get'>>(
  path: Path,
  ...[init]: Asked<Path, 'get'>
) => send('get', path, init);
export const patch = <Path extends PathsWithMethod<Paths, 'patch'>>(
  path: Path,
  ...[init]: Asked<Path, 'patch'>
) => send('patch', path, init);
export const put = <Path extends PathsWithMethod<Paths, 'put'>>(
  path: Path,
  ...[init]: Asked<Path, 'put'>
) => send('put', path, init);
export const del = <Path extends PathsWithMethod<Paths, 'delete'>>(
  path: Path,
  ...[init]: Asked<Path, 'delete'>
) => send('delete', path, init);
export const post = <Path extends PathsWithMethod<Paths, 'post'>>(
  path: Path,
  ...[init, key = freshKey()]: Asked<Path, 'post', Key>
) => send('post', path, { ...(init as Loose), headers: { 'idempotency-key': key } });

/** Sends a file, and what is said with it, as a form. */
export const upload = <Path extends '/media' | '/contacts/import'>(
  path: Path,
  ...[init, key]: Asked<Path, 'post', Key>
) => {
  const bodySerializer = (fields: Record<string, string | Blob>) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    return form;
  };
  return post(path, ...([{ ...init, bodySerializer }, key] as unknown as Asked<Path, 'post', Key>));
};

/** A plain address for downloads. */
export function download<Path extends PathsWithMethod<Paths, 'get'>>(
  path: Path,
  params: Pick<Paths[Path]['get']['parameters'], 'path' | 'query'>,
): string {
  return createFinalURL(path, {
    baseUrl: root,
    params: params as object,
    querySerializer: (query) => querySerializer(query as Record<string, unknown>),
    pathSerializer: defaultPathSerializer,
  });
}
