/** Keys, undo, and what is made of signs as they are typed. */
import {
  baseKeymap,
  chainCommands,
  createParagraphNear,
  liftEmptyBlock,
  selectNodeBackward,
  splitBlockKeepMarks,
  deleteSelection,
  joinBackward,
} from 'prosemirror-commands';
import { history, redo, undo } from 'prosemirror-history';
import {
  InputRule,
  inputRules,
  textblockTypeInputRule,
  undoInputRule,
  wrappingInputRule,
} from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { type Command, Plugin, type Transaction } from 'prosemirror-state';
import type { Node } from 'prosemirror-model';
import { isKnownField } from '@/ui/telegram/template';
import {
  backspaceOut,
  enterInCode,
  leaveDown,
  toggle,
  toggleCodeBlock,
  toggleQuote,
} from './commands';
import { type MarkName, schema } from './schema';

/** A mark between signs, as Telegram's own programs read it while one types: `**bold**`. */
function between(sign: string, name: MarkName): InputRule {
  const escaped = sign.replace(/[*|]/gu, '\\$&');
  const letter = `[^\\s${escaped.slice(-2)}]`;
  const pattern = new RegExp(
    `(?:^|[^${escaped.slice(-2)}\\p{L}\\p{N}])(${escaped}(${letter}(?:[^${escaped.slice(-2)}\\n]*${letter})?)${escaped})$`,
    'u',
  );
  return new InputRule(
    pattern,
    (state, match, start, end) => {
      const [whole, signed = '', inner = ''] = match;
      const from = start + whole.length - signed.length;
      const letters = from + sign.length;
      const tr = state.tr.delete(letters + inner.length, end).delete(from, letters);
      return tr
        .addMark(from, from + inner.length, schema.mark(name))
        .removeStoredMark(schema.marks[name]);
    },
    { inCodeMark: false },
  );
}

/** `{first_name|friend}` becomes a field with its last brace. */
const typedField = new InputRule(
  /\{([^{}|]+)(?:\|([^{}]*))?\}$/u,
  (state, match, start, end) => {
    const name = (match[1] ?? '').trim();
    if (!isKnownField(name)) return null;
    return state.tr.replaceWith(
      start,
      end,
      schema.node(
        'field',
        { name, fallback: (match[2] ?? '').trim() },
        undefined,
        state.doc.resolve(start).marks(),
      ),
    );
  },
  { inCode: true },
);

const rules = inputRules({
  rules: [
    wrappingInputRule(/^>\s$/u, schema.nodes.quote),
    textblockTypeInputRule(/^```$/u, schema.nodes.pre),
    between('**', 'bold'),
    between('__', 'italic'),
    between('~~', 'strike'),
    between('||', 'spoiler'),
    between('`', 'code'),
    typedField,
  ],
});

/** Two lines in a row always have a line break between them. */
function unglued(tr: Transaction): Transaction | null {
  let changed = false;
  const visit = (holder: Node, offset: number) => {
    holder.forEach((block, at, index) => {
      const before = index > 0 ? holder.child(index - 1) : null;
      if (
        block.attrs.glued &&
        (before === null || (before.type.name === 'line' && block.type.name === 'line'))
      ) {
        tr.setNodeAttribute(offset + at, 'glued', false);
        changed = true;
      }
      if (block.type.name === 'quote') visit(block, offset + at + 1);
    });
  };
  visit(tr.doc, 0);
  return changed ? tr : null;
}

const lineBreaks = new Plugin({
  appendTransaction: (transactions, _, state) =>
    transactions.some((each) => each.docChanged) ? unglued(state.tr) : null,
});

const newLine = chainCommands(
  enterInCode,
  createParagraphNear,
  liftEmptyBlock,
  splitBlockKeepMarks,
);

export function plugins(own: Record<string, Command>): Plugin[] {
  return [
    keymap(own),
    rules,
    keymap({
      'Mod-z': undo,
      'Shift-Mod-z': redo,
      'Mod-y': redo,
      'Mod-b': toggle('bold'),
      'Mod-i': toggle('italic'),
      'Mod-u': toggle('underline'),
      'Shift-Mod-x': toggle('strike'),
      'Shift-Mod-p': toggle('spoiler'),
      'Mod-e': toggle('code'),
      'Shift-Mod-m': toggle('code'),
      'Shift-Mod-e': toggleCodeBlock,
      'Shift-Mod-.': toggleQuote,
      'Shift-Mod->': toggleQuote,
      Enter: newLine,
      'Shift-Enter': newLine,
      ArrowDown: leaveDown,
      Backspace: chainCommands(
        undoInputRule,
        deleteSelection,
        backspaceOut,
        joinBackward,
        selectNodeBackward,
      ),
    }),
    keymap(baseKeymap),
    history(),
    lineBreaks,
  ];
}
