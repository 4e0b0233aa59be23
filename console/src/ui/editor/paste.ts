/** What documents and web pages put on the clipboard, cleaned to what a message can be. */
import {
  DOMParser,
  Fragment,
  type Mark,
  type Node,
  type ParseOptions,
  Slice,
} from 'prosemirror-model';
import { isAddress } from './address';
import { inlineOf } from './pastedText';
import { schema } from './schema';

const skipped = new Set([
  'STYLE',
  'SCRIPT',
  'META',
  'LINK',
  'TITLE',
  'HEAD',
  'XML',
  'SVG',
  'IFRAME',
  'TEMPLATE',
  'NOSCRIPT',
  'OBJECT',
  'VIDEO',
  'AUDIO',
  'CANVAS',
  'SELECT',
  'TEXTAREA',
  'BUTTON',
  'INPUT',
]);
const blocks = new Set([
  'P',
  'DIV',
  'H1',
  'H2',
  'H3',
  'H4',
  'H5',
  'H6',
  'UL',
  'OL',
  'LI',
  'TABLE',
  'TBODY',
  'THEAD',
  'TR',
  'BLOCKQUOTE',
  'SECTION',
  'ARTICLE',
  'HEADER',
  'FOOTER',
  'MAIN',
  'ASIDE',
  'NAV',
  'FIGURE',
  'FIGCAPTION',
  'DL',
  'DT',
  'DD',
  'ADDRESS',
  'CENTER',
  'DETAILS',
  'SUMMARY',
]);
const isHeading = (element: Element) => /^H[1-6]$/.test(element.tagName);
const monospace = /mono|courier|consolas|menlo/i;

interface Line {
  /** The quotation that it stands in. */
  quote: Element | null;
  nodes: Node[];
  /** A block of code, which stands for itself. */
  pre: Node | null;
}

interface Place {
  marks: readonly Mark[];
  quote: Element | null;
  inLink: boolean;
  listDepth: number;
  /** In a table's cell, whose paragraphs share one line. */
  inCell: boolean;
}

const styleOf = (element: Element) => element.getAttribute('style') ?? '';
const property = (element: Element, name: string) =>
  new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;]+)`, 'i')
    .exec(styleOf(element))?.[1]
    ?.trim()
    .toLowerCase() ?? '';

function isHidden(element: Element): boolean {
  return (
    skipped.has(element.tagName.toUpperCase()) ||
    element.hasAttribute('hidden') ||
    property(element, 'display') === 'none' ||
    property(element, 'mso-hide') === 'all'
  );
}

/** What an element adds to, or takes from, the marks around it. */
function marksOf(element: Element, { marks, inLink }: Place): readonly Mark[] {
  const tag = element.tagName;
  const weight = property(element, 'font-weight');
  const decoration = `${property(element, 'text-decoration')} ${property(element, 'text-decoration-line')}`;
  const found = new Map<'bold' | 'italic' | 'underline' | 'strike' | 'spoiler' | 'code', boolean>();
  if (tag === 'B' || tag === 'STRONG' || isHeading(element)) found.set('bold', true);
  if (tag === 'I' || tag === 'EM' || tag === 'CITE') found.set('italic', true);
  if (tag === 'U' || tag === 'INS') found.set('underline', true);
  if (tag === 'S' || tag === 'STRIKE' || tag === 'DEL') found.set('strike', true);
  if (
    tag === 'TG-SPOILER' ||
    element.classList.contains('tg-spoiler') ||
    element.classList.contains('spoiler')
  )
    found.set('spoiler', true);
  if (
    tag === 'CODE' ||
    tag === 'KBD' ||
    tag === 'SAMP' ||
    tag === 'TT' ||
    (tag === 'SPAN' && monospace.test(property(element, 'font-family')))
  )
    found.set('code', true);
  // Google's documents wrap everything in a <b> that is not bold.
  if (weight) found.set('bold', weight === 'bold' || weight === 'bolder' || Number(weight) >= 600);
  if (property(element, 'font-style'))
    found.set('italic', /italic|oblique/.test(property(element, 'font-style')));
  if (decoration.includes('line-through')) found.set('strike', true);
  // A link is underlined by its program, not by its author.
  if (decoration.includes('underline') && !inLink && tag !== 'A') found.set('underline', true);
  if (inLink || tag === 'A') found.delete('underline');
  let set = marks;
  for (const [name, on] of found)
    set = on ? schema.mark(name).addToSet(set) : schema.marks[name].removeFromSet(set);
  const href = tag === 'A' ? (element.getAttribute('href') ?? '').trim() : '';
  return isAddress(href) ? schema.mark('link', { href }).addToSet(set) : set;
}

/** The text of a block of code, a line for each of its blocks. */
function codeText(element: Element): string {
  let text = '';
  for (const child of element.childNodes) {
    if (child.nodeType === 3) text += child.nodeValue ?? '';
    else if (child.nodeType === 1) {
      const inner = child as Element;
      if (inner.tagName === 'BR') text += '\n';
      else if (!isHidden(inner))
        text +=
          (blocks.has(inner.tagName) && text !== '' && !text.endsWith('\n') ? '\n' : '') +
          codeText(inner);
    }
  }
  return text;
}

const languageOf = (element: Element) =>
  /(?:language|lang|highlight-source)-([\w+#-]+)/.exec(
    `${element.className} ${element.querySelector('code')?.className ?? ''} ${element.parentElement?.className ?? ''}`,
  )?.[1] ?? null;

const isCode = (element: Element) =>
  element.tagName === 'PRE' ||
  (element.tagName === 'DIV' &&
    /^pre/.test(property(element, 'white-space')) &&
    monospace.test(property(element, 'font-family')));

/** Word marks the bullet of a list as text that is not to be taken. */
const isWordBullet = (element: Element) => /mso-list\s*:\s*ignore/i.test(styleOf(element));
const bulletOf = (text: string) =>
  /^[\p{L}\p{N}]{1,4}[.)]$/u.test(text.trim()) ? `${text.trim()} ` : '• ';

/** Paragraphs of web pages stand apart; those of Word and of Google's documents only where their author left a line. */
const standsApart = (element: Element) =>
  (element.tagName === 'P' || isHeading(element)) &&
  !/^mso/i.test(element.className) &&
  !/margin(?:-bottom)?\s*:\s*0/i.test(styleOf(element)) &&
  element.closest('li, td, th') === null;

class Cleaner {
  private readonly lines: Line[] = [];
  private line: Line | null = null;
  /** What the next line begins with: a bullet. */
  private prefix = '';
  /** What the next text of this line begins with: the border between two cells. */
  private separator = '';
  private apart = false;

  clean(root: globalThis.Node): Node[] {
    this.children(root, { marks: [], quote: null, inLink: false, listDepth: 0, inCell: false });
    this.endLine();
    return grouped(this.lines);
  }

  private children(parent: globalThis.Node, place: Place) {
    for (const child of parent.childNodes) {
      if (child.nodeType === 3) this.write(child.nodeValue ?? '', place);
      else if (child.nodeType === 1) this.element(child as Element, place);
    }
  }

  private element(element: Element, place: Place) {
    if (isHidden(element)) return;
    const { tagName: tag } = element;
    if (tag === 'BR') this.breakLine(place);
    else if (tag === 'IMG') this.image(element, place);
    else if (isWordBullet(element)) this.prefix = bulletOf(element.textContent);
    else if (isCode(element)) this.code(element, place);
    else if (blocks.has(tag) && !(place.inCell && (tag === 'P' || tag === 'DIV')))
      this.block(element, place);
    else {
      const isCell = tag === 'TD' || tag === 'TH';
      if (isCell) this.separator = this.line === null ? '' : ' | ';
      this.children(element, {
        ...place,
        marks: marksOf(element, place),
        inLink: place.inLink || tag === 'A',
        inCell: place.inCell || isCell,
      });
    }
  }

  private block(element: Element, place: Place) {
    this.endLine();
    if (standsApart(element)) this.leaveLine(place.quote);
    const before = this.lines.length;
    const list = element.tagName === 'UL' || element.tagName === 'OL';
    if (element.tagName === 'LI') this.prefix = bulletIn(element, place.listDepth);
    const quote = element.tagName === 'BLOCKQUOTE' ? (place.quote ?? element) : place.quote;
    this.children(element, {
      ...place,
      quote,
      marks: marksOf(element, place),
      listDepth: place.listDepth + (list ? 1 : 0),
    });
    this.endLine();
    // Word writes an empty line as a paragraph with one blank that does not break.
    if (
      this.lines.length === before &&
      element.tagName === 'P' &&
      element.textContent.includes('\u00a0')
    )
      this.lines.push({ quote: place.quote, nodes: [], pre: null });
    if (standsApart(element)) this.apart = true;
  }

  /** An empty line between paragraphs that stand apart. */
  private leaveLine(quote: Element | null) {
    if (this.apart && this.lines.length > 0 && this.lines.at(-1)?.quote === quote)
      this.lines.push({ quote, nodes: [], pre: null });
    this.apart = false;
  }

  private begin(place: Place): Line {
    if (this.line) return this.line;
    if (this.apart) this.leaveLine(place.quote);
    this.line = {
      quote: place.quote,
      nodes: this.prefix ? [schema.text(this.prefix)] : [],
      pre: null,
    };
    this.prefix = '';
    return this.line;
  }

  private write(raw: string, place: Place) {
    let text = raw.replace(/[\s\u00a0]+/gu, ' ');
    const last = this.line?.nodes.at(-1);
    if (last === undefined || (last.isText && last.text?.endsWith(' '))) text = text.trimStart();
    if (text === '') return;
    const line = this.begin(place);
    if (this.separator) line.nodes.push(schema.text(this.separator));
    this.separator = '';
    line.nodes.push(...inlineOf(text, place.marks));
  }

  /** Emoji are pictures on some pages. */
  private image(element: Element, place: Place) {
    const shown = element.getAttribute('alt') ?? '';
    if (/^\p{Extended_Pictographic}/u.test(shown) && shown.length <= 16)
      this.begin(place).nodes.push(schema.text(shown, place.marks));
  }

  private code(element: Element, place: Place) {
    this.endLine();
    const text = codeText(element).replace(/\r\n?/gu, '\n').replace(/\n+$/u, '');
    if (text.trim() === '') return;
    this.apart = false;
    this.lines.push({
      quote: place.quote,
      nodes: [],
      pre: schema.node('pre', { language: languageOf(element) }, inlineOf(text)),
    });
  }

  private breakLine(place: Place) {
    this.lines.push(this.line ?? { quote: place.quote, nodes: [], pre: null });
    this.line = null;
  }

  private endLine() {
    if (this.line) this.lines.push(this.line);
    this.line = null;
    this.separator = '';
  }
}

function bulletIn(item: Element, depth: number): string {
  const list = item.parentElement;
  const indent = '    '.repeat(Math.max(0, depth - 1));
  if (list?.tagName !== 'OL') return `${indent}• `;
  const number =
    [...list.children].filter((each) => each.tagName === 'LI').indexOf(item) +
    (Number(list.getAttribute('start')) || 1);
  return `${indent}${number}. `;
}

/** Blanks at the end of a line say nothing. */
function trimmed(nodes: Node[]): Node[] {
  const last = nodes.at(-1);
  if (!last?.isText) return nodes;
  const text = (last.text ?? '').trimEnd();
  return text === ''
    ? trimmed(nodes.slice(0, -1))
    : [...nodes.slice(0, -1), schema.text(text, last.marks)];
}

/** Lines as blocks: quotations together, no empty lines at the ends, never two in a row. */
function grouped(lines: Line[]): Node[] {
  const isEmpty = (line: Line | undefined) =>
    line !== undefined && line.pre === null && line.nodes.length === 0;
  const kept = lines
    .map((line) => ({ ...line, nodes: trimmed(line.nodes) }))
    .filter((line, at, all) => !isEmpty(line) || (at > 0 && !isEmpty(all[at - 1])));
  while (isEmpty(kept[0])) kept.shift();
  while (isEmpty(kept.at(-1))) kept.pop();
  const found: Node[] = [];
  let at = 0;
  while (at < kept.length) {
    const { quote } = kept[at] as Line;
    const inner: Node[] = [];
    for (let line = kept[at]; line && line.quote === quote; line = kept[at]) {
      inner.push(line.pre ?? schema.node('line', null, line.nodes));
      at += 1;
      if (quote === null) break;
    }
    if (quote === null) found.push(...inner);
    else found.push(schema.node('quote', null, inner));
  }
  return found;
}

/** Cleans a piece of a page. */
export function cleanedBlocks(root: globalThis.Node): Node[] {
  return new Cleaner().clean(root);
}

/** The clipboard's parser: our own content comes back as it was, everything else is cleaned first. */
class ClipboardParser extends DOMParser {
  override parseSlice(dom: globalThis.Node, options: ParseOptions = {}): Slice {
    if (options.preserveWhitespace) return super.parseSlice(dom, options);
    const found = cleanedBlocks(dom);
    // The first and the last line flow into the lines around the caret.
    const open = (block: Node | undefined) => (block?.type.name === 'line' ? 1 : 0);
    return new Slice(Fragment.from(found), open(found[0]), open(found.at(-1)));
  }
}

export const clipboardParser = new ClipboardParser(schema, DOMParser.fromSchema(schema).rules);

/** Other editors of the same library mark their content alike; with lists or tables in it, it is not ours. */
export const withoutForeignMark = (html: string) =>
  /<(?:ul|ol|table|h[1-6]|img)[\s>]/i.test(html)
    ? html.replace(/\sdata-pm-slice="[^"]*"/iu, '')
    : html;
