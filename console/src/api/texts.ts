/**
 * Markup is read by the server alone. What one page asks for in one turn goes as one request; the answer never
 * changes, so it is kept.
 */
import { queryOptions, useQueries, useQuery } from '@tanstack/react-query';
import type { Entity, ForeignEntity, Message, MessageFormat, ReadText } from './types';
import { post } from './client';

/** A text with its markup or its entities. */
export type Written<Kind = ForeignEntity> = Pick<Message, 'text' | 'format'> & {
  entities?: Kind[] | null;
};
interface Read<Kind> {
  text: string;
  entities: (Kind | Entity)[];
  fault: string | null;
}

interface Waiting {
  written: { text: string; format: MessageFormat | undefined };
  resolve: (read: ReadText) => void;
  reject: (error: unknown) => void;
}

/** Texts of one request; the server takes no more. */
const TEXTS_MAX = 200;
let waiting: Waiting[] = [];

async function ask(asked: Waiting[]) {
  try {
    const { items } = await post('/messages/read', {
      body: { texts: asked.map(({ written }) => written) },
    });
    asked.forEach(({ resolve, reject }, index) => {
      const read = items[index];
      if (read) resolve(read);
      else reject(new Error('an answer is missing'));
    });
  } catch (error) {
    for (const { reject } of asked) reject(error);
  }
}

function read(written: Waiting['written']): Promise<ReadText> {
  return new Promise((resolve, reject) => {
    if (waiting.length === 0) {
      queueMicrotask(() => {
        const all = waiting;
        waiting = [];
        for (let at = 0; at < all.length; at += TEXTS_MAX) void ask(all.slice(at, at + TEXTS_MAX));
      });
    }
    waiting.push({ written, resolve, reject });
  });
}

function readTextQuery(message: Pick<Message, 'text' | 'format'>) {
  const { text, format } = { text: message.text ?? '', format: message.format ?? undefined };
  return queryOptions({
    queryKey: ['text', format, text],
    queryFn: () => read({ text, format }),
    staleTime: Infinity,
  });
}

/** What needs no reading: entities, plain text, and HTML without a tag or a reference in it. */
function readAlready<Kind>(message: Written<Kind>): Read<Kind> | null {
  const { format, entities } = message;
  const text = message.text ?? '';
  if (entities) return { text, entities, fault: null };
  if (text === '' || !format || format === 'plain' || (format === 'html' && !/[<&\r]/.test(text)))
    return { text, entities: [], fault: null };
  return null;
}

/** A message's text with its entities; null until the server has read its markup. */
export function useRichText<Kind>(message: Written<Kind>): {
  rich: Read<Kind> | null;
  error: unknown;
  retry: () => void;
} {
  const already = readAlready(message);
  const query = useQuery({ ...readTextQuery(message), enabled: already === null });
  return {
    rich: already ?? query.data ?? null,
    error: already ? null : query.error,
    retry: () => void query.refetch(),
  };
}

/** The words of many messages, for titles and lists: as written while the server reads them. */
export function useWords(messages: Written[]): (message: Written) => string {
  const marked = messages.filter((message) => readAlready(message) === null);
  const read = useQueries({
    queries: marked.map((message) => readTextQuery(message)),
    combine: (results) => results.map((result) => result.data?.text),
  });
  return (message) => {
    const at = marked.findIndex(
      (each) => each.text === message.text && each.format === message.format,
    );
    return readAlready(message)?.text ?? read[at] ?? message.text ?? '';
  };
}
