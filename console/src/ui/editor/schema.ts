/** What a message's text can be: Telegram's entities, nested as Telegram nests them, and nothing else. */
import { type DOMOutputSpec, type MarkSpec, type NodeSpec, Schema } from 'prosemirror-model';
import { isAddress } from './address';

/**
 * `glued`: no line break stands before the block. Telegram lets a quotation begin in the middle of a line; a text that
 * does so opens and is stored as it was.
 */
const glued = { glued: { default: false } };

const nodes = {
  doc: { content: 'block+' },
  line: {
    group: 'block',
    selectable: false,
    content: '(text | field | emoji)*',
    attrs: glued,
    parseDOM: [{ tag: 'p' }],
    toDOM: (): DOMOutputSpec => ['p', { dir: 'auto' }, 0],
  },
  quote: {
    group: 'block',
    selectable: false,
    content: '(line | pre)+',
    defining: true,
    attrs: { ...glued, expandable: { default: false } },
    parseDOM: [
      {
        tag: 'blockquote',
        getAttrs: (dom) => ({ expandable: dom.hasAttribute('data-expandable') }),
      },
    ],
    toDOM: (node): DOMOutputSpec => [
      'blockquote',
      node.attrs.expandable ? { 'data-expandable': '' } : {},
      0,
    ],
  },
  pre: {
    group: 'block',
    selectable: false,
    content: '(text | field)*',
    marks: '',
    code: true,
    defining: true,
    attrs: { ...glued, language: { default: null } },
    parseDOM: [
      {
        tag: 'pre',
        preserveWhitespace: 'full',
        getAttrs: (dom) => ({ language: dom.getAttribute('data-language') }),
      },
    ],
    toDOM: (node): DOMOutputSpec => [
      'pre',
      { ...(node.attrs.language ? { 'data-language': node.attrs.language } : {}), dir: 'ltr' },
      ['code', 0],
    ],
  },
  text: {},
  field: {
    inline: true,
    atom: true,
    attrs: { name: {}, fallback: { default: '' } },
    parseDOM: [
      {
        tag: 'span[data-field]',
        getAttrs: (dom) => ({
          name: dom.getAttribute('data-field'),
          fallback: dom.getAttribute('data-fallback') ?? '',
        }),
      },
    ],
    toDOM: (node): DOMOutputSpec => [
      'span',
      { 'data-field': node.attrs.name, 'data-fallback': node.attrs.fallback },
      node.attrs.name,
    ],
  },
  /** A custom emoji that was written through the API: kept, not offered. */
  emoji: {
    inline: true,
    atom: true,
    attrs: { id: {}, shown: {} },
    parseDOM: [
      {
        tag: 'span[data-emoji]',
        getAttrs: (dom) => ({ id: dom.getAttribute('data-emoji'), shown: dom.textContent }),
      },
    ],
    toDOM: (node): DOMOutputSpec => ['span', { 'data-emoji': node.attrs.id }, node.attrs.shown],
    leafText: (node) => node.attrs.shown,
  },
} satisfies Record<string, NodeSpec>;

const simple = (tag: string, ...others: string[]): MarkSpec => ({
  parseDOM: [tag, ...others].map((each) => ({ tag: each })),
  toDOM: () => [tag, 0],
});

/** Outer marks first, in Telegram's order. */
const marks = {
  link: {
    attrs: { href: {} },
    inclusive: false,
    parseDOM: [
      {
        tag: 'a[href]',
        getAttrs: (dom) =>
          isAddress(dom.getAttribute('href') ?? '') ? { href: dom.getAttribute('href') } : false,
      },
    ],
    toDOM: (mark): DOMOutputSpec => [
      'a',
      { href: mark.attrs.href, title: mark.attrs.href, rel: 'noreferrer' },
      0,
    ],
  },
  /** A moment that was written through the API: kept, not offered. */
  time: {
    attrs: { unix: {}, format: { default: null } },
    inclusive: false,
    parseDOM: [
      {
        tag: 'span[data-unix]',
        getAttrs: (dom) => ({
          unix: Number(dom.getAttribute('data-unix')),
          format: dom.getAttribute('data-format'),
        }),
      },
    ],
    toDOM: (mark): DOMOutputSpec => [
      'span',
      {
        'data-unix': String(mark.attrs.unix),
        ...(mark.attrs.format ? { 'data-format': mark.attrs.format } : {}),
      },
      0,
    ],
  },
  bold: simple('strong', 'b'),
  italic: simple('em', 'i'),
  underline: simple('u'),
  strike: simple('s'),
  spoiler: {
    parseDOM: [{ tag: 'span[data-spoiler]' }],
    toDOM: () => ['span', { 'data-spoiler': '' }, 0],
  },
  code: { ...simple('code'), excludes: '_', code: true },
} satisfies Record<string, MarkSpec>;

export const schema = new Schema<keyof typeof nodes, keyof typeof marks>({ nodes, marks });
export type MarkName = keyof typeof marks;
