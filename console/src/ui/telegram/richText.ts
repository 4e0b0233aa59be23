/**
 * What Telegram makes of a message's text: plain characters and entities, with offsets in UTF-16 units as
 * JavaScript counts them. The server checks again; this is for the bubble beside the field.
 */
import type { Entity, Message } from '@/api/types';

export interface RichText {
  text: string;
  entities: Entity[];
  /** Why Telegram would refuse it; the text is then shown as it stands. */
  error?: string;
}

const tagTypes: Record<string, string> = {
  b: 'bold', strong: 'bold', i: 'italic', em: 'italic', u: 'underline', ins: 'underline', s: 'strikethrough',
  strike: 'strikethrough', del: 'strikethrough', 'tg-spoiler': 'spoiler', code: 'code', pre: 'pre', a: 'text_link',
  blockquote: 'blockquote', span: 'spoiler', 'tg-emoji': 'custom_emoji',
};
const named: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** The five references that Telegram knows; anything else stays as written. */
function decode(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(lt|gt|amp|quot));?/gi, (whole, hex?: string, dec?: string, name?: string) => {
    if (name) return named[name.toLowerCase()] ?? whole;
    const code = parseInt(hex ?? dec ?? '', hex ? 16 : 10);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Telegram links what has a host with a dot, and adds a scheme where none is written. */
function linkTarget(written: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(written)) return written;
  const match = /^([^\s/?#]+\.[^\s/?#]+)(\/?)(\S*)$/.exec(written);
  return match ? `http://${match[1]}/${match[3]}` : null;
}

interface Open {
  name: string;
  entity: Entity | null;
}

function attributesOf(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of source.matchAll(/([a-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi)) {
    found[(match[1] ?? '').toLowerCase()] = decode(match[2] ?? match[3] ?? match[4] ?? '');
  }
  return found;
}

function entityOf(name: string, source: string, offset: number): Entity {
  const attributes = attributesOf(source);
  const entity: Entity = { type: tagTypes[name] ?? name, offset, length: 0 };
  if (name === 'a' && attributes.href) entity.url = attributes.href;
  if (name === 'blockquote' && 'expandable' in attributes) entity.type = 'expandable_blockquote';
  const language = name === 'code' && attributes.class?.startsWith('language-') ? attributes.class.slice(9) : '';
  if (language) entity.language = language;
  return entity;
}

export function parseHtml(source: string): RichText {
  const open: Open[] = [];
  const entities: Entity[] = [];
  let text = '';
  let at = 0;
  const fail = (error: string): RichText => ({ text: source, entities: [], error });
  while (at < source.length) {
    if (source[at] !== '<') {
      const end = source.indexOf('<', at);
      text += decode(source.slice(at, end < 0 ? undefined : end));
      at = end < 0 ? source.length : end;
      continue;
    }
    const tag = /^<(\/?)([a-z-]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/i.exec(source.slice(at));
    if (!tag) return fail('unclosed_tag');
    const name = (tag[2] ?? '').toLowerCase();
    at += tag[0].length;
    if (!tag[1]) {
      if (!(name in tagTypes)) return fail('unsupported_tag');
      open.push({ name, entity: entityOf(name, tag[3] ?? '', text.length) });
      continue;
    }
    const top = open.pop();
    if (!top || (name !== '' && top.name !== name)) return fail('unmatched_tag');
    closeEntity(top, text, open, entities);
  }
  if (open.length > 0) return fail('unclosed_tag');
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function closeEntity(top: Open, text: string, open: Open[], entities: Entity[]) {
  const { entity } = top;
  if (!entity) return;
  entity.length = text.length - entity.offset;
  if (entity.length === 0) return;
  if (entity.type === 'text_link') {
    const url = linkTarget(entity.url ?? text.slice(entity.offset));
    if (url === null) return;
    entity.url = url;
  }
  const outer = open.at(-1);
  // <pre><code class="language-x"> is one block with a language, not two entities.
  if (top.name === 'code' && entity.language && outer?.name === 'pre' && outer.entity?.offset === entity.offset) {
    outer.entity.language = entity.language;
    return;
  }
  delete (entity as { language?: string }).language;
  entities.push(top.name === 'pre' ? { ...entity, ...(outerLanguage(top) ?? {}) } : entity);
}
const outerLanguage = (open: Open) => (open.entity?.language ? { language: open.entity.language } : undefined);

const marks: [RegExp, string][] = [
  [/^\*\*?([^*\n]+)\*\*?/, 'bold'],
  [/^__([^_\n]+)__/, 'underline'],
  [/^_([^_\n]+)_/, 'italic'],
  [/^~([^~\n]+)~/, 'strikethrough'],
  [/^\|\|([^|\n]+)\|\|/, 'spoiler'],
  [/^`([^`\n]+)`/, 'code'],
  [/^\[([^\]\n]+)\]\(([^)\s]+)\)/, 'text_link'],
];

/** Telegram's Markdown, one level deep: enough to show a message that was written through the API. */
export function parseMarkdown(source: string): RichText {
  const entities: Entity[] = [];
  let text = '';
  let at = 0;
  outer: while (at < source.length) {
    const rest = source.slice(at);
    if (rest[0] === '\\' && rest.length > 1) {
      text += rest[1];
      at += 2;
      continue;
    }
    for (const [mark, type] of marks) {
      const match = mark.exec(rest);
      if (!match) continue;
      const inner = match[1] ?? '';
      entities.push({ type, offset: text.length, length: inner.length, ...(match[2] ? { url: match[2] } : {}) });
      text += inner;
      at += match[0].length;
      continue outer;
    }
    text += source[at];
    at += 1;
  }
  return { text, entities };
}

export function richTextOf(message: Pick<Message, 'text' | 'format' | 'entities'>): RichText {
  if (message.entities) return { text: message.text, entities: message.entities };
  if (message.format === 'html') return parseHtml(message.text);
  if (message.format === 'markdown') return parseMarkdown(message.text);
  return { text: message.text, entities: [] };
}

/** Puts a person's values in place of `{first_name|friend}`, moving the entities along. */
export function fillVariables(rich: RichText, values: Record<string, string>): RichText {
  let { text } = rich;
  const entities = rich.entities.map((entity) => ({ ...entity }));
  for (let match = variable.exec(text); match; match = variable.exec(text)) {
    const value = values[match[1] ?? ''] || match[2] || '';
    const end = match.index + match[0].length;
    const shift = value.length - match[0].length;
    for (const entity of entities) {
      if (entity.offset >= end) entity.offset += shift;
      else if (entity.offset + entity.length >= end) entity.length += shift;
    }
    // A value that itself looks like a variable is text, so it must not be met again.
    text = text.slice(0, match.index) + value.replaceAll('{', '\u0000') + text.slice(end);
  }
  return { ...rich, text: text.replaceAll('\u0000', '{'), entities: entities.filter((entity) => entity.length > 0) };
}
const variable = /\{([a-z_][a-z0-9_.]*)(?:\|([^{}]*))?\}/;
