/** Plain text as editor content: fields that the server knows become fields, everything else stays as it is. */
import { Fragment, type Mark, type Node, Slice } from 'prosemirror-model';
import { isKnownField } from '@/ui/telegram/template';
import { schema } from './schema';

/** `{first_name|friend}`, and `{{first_name}}` as other tools write it. */
const fieldPattern =
  /\{\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}\}|\{\s*([^{}|]+?)\s*(?:\|([^{}]*))?\}/gu;

export function inlineOf(text: string, marks: readonly Mark[] = []): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  for (const match of text.matchAll(fieldPattern)) {
    const name = match[1] ?? match[3] ?? '';
    if (!isKnownField(name)) continue;
    if (match.index > at) nodes.push(schema.text(text.slice(at, match.index), marks));
    nodes.push(
      schema.node(
        'field',
        { name, fallback: (match[2] ?? match[4] ?? '').trim() },
        undefined,
        marks,
      ),
    );
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(schema.text(text.slice(at), marks));
  return nodes;
}

/** Lines of text as a paste takes them in. */
export function sliceOfText(text: string): Slice {
  const lines = text
    .replace(/\r\n?/gu, '\n')
    .split('\n')
    .map((line) => schema.node('line', null, inlineOf(line)));
  return new Slice(Fragment.from(lines), 1, 1);
}
