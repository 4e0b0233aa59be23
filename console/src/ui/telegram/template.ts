/**
 * Text with variables, read as the server reads it: `{first_name|friend}`, `{attr.plan}`, and `{{` or `}}` for a brace.
 * Offsets are in UTF-16 units, as Telegram and JavaScript count.
 */

export interface Field {
  name: string;
  /** What stands for people who lack the value; may be empty. */
  fallback: string;
}

export interface Template {
  /** The text with one character for each field, and with single braces. */
  text: string;
  /** The fields by their place in `text`. */
  fields: Map<number, Field>;
  /** A place of the source in `text`; inside a field it is the field's beginning, or its end. */
  place: (at: number, side: 'begin' | 'end') => number;
}

/** Stands for a field in a template's text. */
export const FIELD_CHARACTER = '\uFFFC';
export const profileFields = ['first_name', 'last_name', 'username', 'language'] as const;
const ATTRIBUTE = 'attr.';
const ATTRIBUTE_KEY_MAX = 64;

/** The key of an attribute's field, null for a profile's. */
export const attributeOf = (name: string): string | null =>
  name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : null;
export const attributeField = (key: string): string => ATTRIBUTE + key;

/** Whether the server knows the name. An attribute need not exist yet. */
export function isKnownField(name: string): boolean {
  const key = attributeOf(name);
  return key === null
    ? (profileFields as readonly string[]).includes(name)
    : key !== '' && [...key].length <= ATTRIBUTE_KEY_MAX;
}

/** A field at the beginning of `rest`, with its length there. Names that only look like one are read too, so that they are seen. */
function fieldAt(rest: string): { field: Field; length: number } | null {
  const end = rest.indexOf('}');
  const inner = rest.slice(1, end);
  if (rest[0] !== '{' || end < 0 || inner.includes('{')) return null;
  const bar = inner.indexOf('|');
  const name = (bar < 0 ? inner : inner.slice(0, bar)).trim();
  if (!isKnownField(name) && !/^[a-z_][a-z0-9_.]*$/i.test(name)) return null;
  return { field: { name, fallback: bar < 0 ? '' : inner.slice(bar + 1).trim() }, length: end + 1 };
}

/** Finds the fields of a source. Where `literal` says so, only names that the server knows are fields. */
export function readTemplate(
  source: string,
  literal: (at: number) => boolean = () => false,
): Template {
  const fields = new Map<number, Field>();
  const begins: number[] = [];
  const ends: number[] = [];
  let text = '';
  let at = 0;
  const take = (length: number, put: string) => {
    for (let step = 0; step < length; step += 1) {
      begins.push(text.length);
      ends.push(step === 0 ? text.length : text.length + put.length);
    }
    text += put;
    at += length;
  };
  while (at < source.length) {
    const found = source[at] === '{' && source[at + 1] !== '{' ? fieldAt(source.slice(at)) : null;
    if (found && (isKnownField(found.field.name) || !literal(at))) {
      fields.set(text.length, found.field);
      take(found.length, FIELD_CHARACTER);
    } else if ((source[at] === '{' || source[at] === '}') && source[at + 1] === source[at])
      take(2, source.charAt(at));
    else take(1, source.charAt(at));
  }
  begins.push(text.length);
  ends.push(text.length);
  return {
    text,
    fields,
    place: (place, side) =>
      (side === 'begin' ? begins : ends)[Math.max(0, Math.min(place, source.length))] ??
      text.length,
  };
}

const braced = ({ name, fallback }: Field) =>
  fallback === '' ? `{${name}}` : `{${name}|${fallback}}`;

/** Writes a template's text as a source; `place` leads from the text to the source. */
export function writeTemplate(
  text: string,
  fields: Map<number, Field>,
): { source: string; place: (at: number) => number } {
  const places: number[] = [];
  let source = '';
  for (let at = 0; at < text.length; at += 1) {
    places.push(source.length);
    const field = fields.get(at);
    const character = text.charAt(at);
    if (field) source += braced(field);
    else source += character === '{' || character === '}' ? character + character : character;
  }
  places.push(source.length);
  return { source, place: (at) => places[at] ?? source.length };
}

/** Telegram's own limit for a text message, after markup is taken away. */
export const TEXT_MAX = 4_096;
/** The same for the caption of a file. */
export const CAPTION_MAX = 1_024;
/** Kept for each field: names are never longer, and longer values are shortened to fit. */
export const FIELD_ROOM = 64;

/** How long a text can become, as the server counts before it sends. */
export function measure(source: string): { units: number; reserved: number; fields: Field[] } {
  const { text, fields } = readTemplate(source);
  const all = [...fields.values()];
  const reserved = all.reduce((sum, field) => sum + Math.max(FIELD_ROOM, field.fallback.length), 0);
  return { units: text.length - all.length + reserved, reserved, fields: all };
}
