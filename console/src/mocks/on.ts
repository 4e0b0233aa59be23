/** Answers a request as the server would: with the parameters, the body and the answer that its document names. */
import { http, HttpResponse, type JsonBodyType } from 'msw';
import type { PathsWithMethod } from 'openapi-typescript-helpers';
import type { Answer, Paths } from '@/api/client';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type BodyOf<Operation> = Operation extends {
  requestBody?: { content: { 'application/json': infer Body } };
}
  ? Body
  : never;
/** What is told of a request: the number in its path, what is asked for, and its body. */
interface Asked<Body> {
  id: number;
  query: URLSearchParams;
  body: () => Promise<Body>;
}
type Maybe<Value> =
  Value | HttpResponse<JsonBodyType> | Promise<Value | HttpResponse<JsonBodyType>>;

export function on<Verb extends Method, Path extends PathsWithMethod<Paths, Verb> & string>(
  method: Verb,
  path: Path,
) {
  type Body = BodyOf<Paths[Path][Verb]>;
  const pattern = `/api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`;
  const answers = (answer: (asked: Asked<Body>) => Maybe<Answer<Path, Verb>>, status = 200) =>
    http[method](pattern, async ({ params, request }) => {
      const answered = await answer({
        id: Number(params.id),
        query: new URL(request.url).searchParams,
        body: () => request.json() as Promise<Body>,
      });
      if (answered instanceof Response) return answered;
      return answered === undefined
        ? new HttpResponse(null, { status: 204 })
        : HttpResponse.json(answered as JsonBodyType, { status });
    });
  return { answers };
}

/** A refusal. */
export const problem = (status: number, code: string, detail: string) =>
  HttpResponse.json(
    { type: 'about:blank', title: detail, status, code, detail, errors: [] },
    { status },
  );

/** A page of a list; the cursor is the place of its first item. */
export function pageOf<Item>(items: Item[], query: URLSearchParams) {
  const limit = Number(query.get('limit') ?? 50);
  const from = Number(query.get('cursor') ?? 0);
  return {
    items: items.slice(from, from + limit),
    next: from + limit < items.length ? String(from + limit) : null,
  };
}

export const found = <Item extends { id: number }>(list: Item[], id: number): Item | undefined =>
  list.find((each) => each.id === id);
