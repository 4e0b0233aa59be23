/** What the toolbar and the keys do to the document. */
import { lift, toggleMark, wrapIn } from 'prosemirror-commands';
import { Fragment, type Node, type ResolvedPos } from 'prosemirror-model';
import {
  type Command,
  type EditorState,
  NodeSelection,
  TextSelection,
  type Transaction,
} from 'prosemirror-state';
import type { Field } from '@/ui/telegram/template';
import { type MarkName, schema } from './schema';

const { line, pre, quote, field } = schema.nodes;

/** The innermost node of a type around a place, with where it begins. */
function around($pos: ResolvedPos, type: Node['type']): { node: Node; at: number } | null {
  for (let depth = $pos.depth; depth > 0; depth -= 1)
    if ($pos.node(depth).type === type) return { node: $pos.node(depth), at: $pos.before(depth) };
  return null;
}

export const quoteAround = (state: EditorState) => around(state.selection.$from, quote);
export const codeAround = (state: EditorState) => around(state.selection.$from, pre);

/** Whether all of the selection has a mark, or what is typed next would have it. */
export function isMarked({ selection, storedMarks, doc }: EditorState, name: MarkName): boolean {
  const type = schema.marks[name];
  const { from, to, empty, $from } = selection;
  if (empty) return type.isInSet(storedMarks ?? $from.marks()) !== undefined;
  const leaves: boolean[] = [];
  doc.nodesBetween(from, to, (node) => {
    if (node.isInline) leaves.push(type.isInSet(node.marks) !== undefined);
  });
  return leaves.length > 0 && leaves.every(Boolean);
}

/** Inline code holds no other mark, and takes them off. */
export const toggle = (name: MarkName): Command =>
  toggleMark(schema.marks[name], null, { removeWhenPresent: false });

/** The blocks that a selection touches, inside the one node that holds them all. */
function touched(state: EditorState) {
  return state.selection.$from.blockRange(state.selection.$to);
}

export const toggleQuote: Command = (state, dispatch) => {
  if (quoteAround(state)) return lift(state, dispatch);
  if (wrapIn(quote)(state, dispatch)) return true;
  // Quotations among the lines become lines first, so that one quotation holds them all.
  const range = touched(state);
  if (!range) return false;
  const inner: Node[] = [];
  for (let index = range.startIndex; index < range.endIndex; index += 1) {
    const block = range.parent.child(index);
    if (block.type === quote) block.forEach((each) => inner.push(each));
    else inner.push(block);
  }
  dispatch?.(
    state.tr.replaceRangeWith(range.start, range.end, quote.create(null, inner)).scrollIntoView(),
  );
  return true;
};

/** Lines of a block of code, each a line of the message. */
function linesOf(code: Node): Node[] {
  const lines: Node[][] = [[]];
  code.forEach((leaf) => {
    if (!leaf.isText) {
      lines.at(-1)?.push(leaf);
      return;
    }
    (leaf.text ?? '').split('\n').forEach((text, index) => {
      if (index > 0) lines.push([]);
      if (text) lines.at(-1)?.push(schema.text(text));
    });
  });
  return lines.map((nodes, index) =>
    line.create({ glued: index === 0 && Boolean(code.attrs.glued) }, nodes),
  );
}

/** What a block of code may hold of a line: letters and fields without marks. */
function codeOf(blocks: Node[]): Fragment {
  const nodes: Node[] = [];
  const put = (block: Node) => {
    if (!block.isTextblock) {
      block.forEach(put);
      return;
    }
    if (nodes.length > 0) nodes.push(schema.text('\n'));
    block.forEach((leaf) =>
      nodes.push(
        leaf.type === field
          ? leaf.mark([])
          : schema.text(leaf.isText ? (leaf.text ?? '') : String(leaf.attrs.shown)),
      ),
    );
  };
  blocks.forEach(put);
  return Fragment.fromArray(nodes);
}

export const toggleCodeBlock: Command = (state, dispatch) => {
  const code = codeAround(state);
  if (code) {
    const tr = state.tr.replaceWith(code.at, code.at + code.node.nodeSize, linesOf(code.node));
    dispatch?.(
      tr
        .setSelection(
          TextSelection.near(tr.doc.resolve(Math.min(state.selection.from, tr.doc.content.size))),
        )
        .scrollIntoView(),
    );
    return true;
  }
  const range = touched(state);
  if (!range) return false;
  const blocks: Node[] = [];
  for (let index = range.startIndex; index < range.endIndex; index += 1)
    blocks.push(range.parent.child(index));
  const tr = state.tr.replaceWith(range.start, range.end, pre.create(null, codeOf(blocks)));
  dispatch?.(
    tr
      .setSelection(
        TextSelection.near(
          tr.doc.resolve(range.start + 1 + Math.max(0, state.selection.from - range.start - 1)),
        ),
      )
      .scrollIntoView(),
  );
  return true;
};

export const setExpandable =
  (expandable: boolean): Command =>
  (state, dispatch) => {
    const found = quoteAround(state);
    if (!found) return false;
    dispatch?.(state.tr.setNodeAttribute(found.at, 'expandable', expandable));
    return true;
  };

export const setLanguage =
  (language: string): Command =>
  (state, dispatch) => {
    const found = codeAround(state);
    if (!found) return false;
    dispatch?.(state.tr.setNodeAttribute(found.at, 'language', language.trim() || null));
    return true;
  };

export interface LinkInView {
  href: string;
  from: number;
  to: number;
}

/** The link that the caret or the whole selection stands in. */
export function linkAround(state: EditorState): LinkInView | null {
  const { $from, from, to, empty } = state.selection;
  const type = schema.marks.link;
  const { parent } = $from;
  let found: LinkInView | null = null;
  let at = $from.start();
  parent.forEach((leaf) => {
    const link = type.isInSet(leaf.marks);
    const end = at + leaf.nodeSize;
    if (link) {
      if (found?.to === at && found.href === link.attrs.href) found.to = end;
      else if (!found || found.to < from)
        found = { href: String(link.attrs.href), from: at, to: end };
    }
    at = end;
  });
  const link = found as LinkInView | null;
  if (!link || link.from > from || link.to < to) return null;
  return empty && link.from === from ? null : link;
}

/** Makes a link of the selection, of the link around it, or of new words. */
export function setLink(state: EditorState, href: string, words: string): Transaction {
  const around = linkAround(state);
  const mark = schema.mark('link', { href });
  const { from, to } = around ?? state.selection;
  if (from === to)
    return state.tr
      .replaceSelectionWith(
        schema.text(words || href, [
          ...state.selection.$from
            .marks()
            .filter((each) => each.type !== mark.type && each.type !== schema.marks.code),
          mark,
        ]),
        false,
      )
      .removeStoredMark(mark.type);
  return state.tr
    .removeMark(from, to, mark.type)
    .addMark(from, to, mark)
    .removeStoredMark(mark.type);
}

export const unlink: Command = (state, dispatch) => {
  const { from, to } = linkAround(state) ?? state.selection;
  dispatch?.(state.tr.removeMark(from, to, schema.marks.link));
  return true;
};

export const insertField =
  (name: string, fallback: string): Command =>
  (state, dispatch) => {
    const marks = state.selection.$from.parent.type.spec.code
      ? []
      : (state.storedMarks ?? state.selection.$from.marks());
    dispatch?.(
      state.tr
        .replaceSelectionWith(field.create({ name, fallback }, undefined, marks), false)
        .scrollIntoView(),
    );
    return true;
  };

/** The field that is chosen as a whole. */
export function fieldChosen({ selection }: EditorState): { field: Field; at: number } | null {
  if (!(selection instanceof NodeSelection) || selection.node.type !== field) return null;
  return {
    field: {
      name: String(selection.node.attrs.name),
      fallback: String(selection.node.attrs.fallback),
    },
    at: selection.from,
  };
}

export const insertText =
  (text: string): Command =>
  (state, dispatch) => {
    dispatch?.(state.tr.insertText(text).scrollIntoView());
    return true;
  };

/** Enter in a block of code is a line break; on an empty last line it leaves the block. */
export const enterInCode: Command = (state, dispatch) => {
  const { $from, $to, empty } = state.selection;
  if (!$from.parent.type.spec.code || !$from.sameParent($to)) return false;
  const text = $from.parent.textContent;
  if (empty && $from.parentOffset === $from.parent.content.size && text.endsWith('\n')) {
    const after = $from.after();
    const tr = state.tr.insert(after, line.create()).delete($from.pos - 1, $from.pos);
    dispatch?.(tr.setSelection(TextSelection.create(tr.doc, after)).scrollIntoView());
    return true;
  }
  dispatch?.(state.tr.insertText('\n').scrollIntoView());
  return true;
};

/** Below a quotation or a block of code that ends the message there is always a way out. */
export const leaveDown: Command = (state, dispatch, view) => {
  const { $head, empty } = state.selection;
  const last = state.doc.lastChild;
  if (!empty || !last || last.type === line || $head.pos < state.doc.content.size - last.nodeSize)
    return false;
  if (view && !view.endOfTextblock('down')) return false;
  if ($head.after() < state.doc.content.size - ($head.depth - 1)) return false;
  const tr = state.tr.insert(state.doc.content.size, line.create());
  dispatch?.(tr.setSelection(TextSelection.atEnd(tr.doc)).scrollIntoView());
  return true;
};

/** Backspace at the beginning of a block of code or a quotation makes lines of it. */
export const backspaceOut: Command = (state, dispatch) => {
  const { $from, empty } = state.selection;
  if (!empty || $from.parentOffset > 0) return false;
  if ($from.parent.type === pre) return toggleCodeBlock(state, dispatch);
  const around = quoteAround(state);
  return around !== null && $from.before() === around.at + 1 ? lift(state, dispatch) : false;
};
