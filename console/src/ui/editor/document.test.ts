import { describe, expect, it } from 'vitest';
import type { Node } from 'prosemirror-model';
import type { Entity } from '@/api/types';
import { readDocument, writeDocument } from './document';
import { inOrder, nested } from './nesting';
import { schema } from './schema';

const entity = (type: Entity['type'], offset: number, length: number, more: object = {}): Entity =>
  ({ type, offset, length, ...more }) as Entity;
const again = (text: string, entities: Entity[] = []) =>
  writeDocument(readDocument({ text, entities }));

describe('a stored text', () => {
  const stored: [string, string, Entity[]][] = [
    ['is empty', '', []],
    ['has lines, empty ones too', 'a\n\nb\n', []],
    ['counts a pair of surrogates as two', '🏟🏟 bold', [entity('bold', 5, 4)]],
    ['has joined emoji', '👩‍👩‍👧 和 👍🏽', [entity('italic', 9, 6)]],
    [
      'is Chinese, marked inside a sentence',
      '今天全场八折，仅限今日。',
      [entity('bold', 2, 4), entity('spoiler', 7, 4)],
    ],
    [
      'runs from right to left',
      'مرحبا بالعالم, שלום',
      [entity('underline', 0, 5), entity('bold', 15, 4)],
    ],
    [
      'has all marks',
      'abcdefgh',
      (['bold', 'italic', 'underline', 'strikethrough', 'spoiler', 'code'] as const).map(
        (type, at) => entity(type, at, 1),
      ),
    ],
    [
      'nests marks',
      'one two three',
      [entity('bold', 0, 13), entity('italic', 4, 9), entity('underline', 8, 5)],
    ],
    [
      'has a link with marks in it',
      'see the shop now',
      [entity('text_link', 4, 8, { url: 'https://a.example/?b=c' }), entity('bold', 8, 4)],
    ],
    ['has a mark over lines', 'one\ntwo\n\nthree', [entity('bold', 0, 14)]],
    ['has a quotation', 'a\nq1\nq2\nb', [entity('blockquote', 2, 5)]],
    [
      'has a quotation that can be folded, with marks',
      'q one\nq two',
      [entity('expandable_blockquote', 0, 11), entity('bold', 2, 3)],
    ],
    ['has a quotation in the middle of a line', 'aqb', [entity('blockquote', 1, 1)]],
    ['has a quotation with its line break', 'q\nb', [entity('blockquote', 0, 2)]],
    [
      'has quotations side by side',
      'abc\nd',
      [entity('blockquote', 0, 1), entity('blockquote', 1, 2), entity('blockquote', 4, 1)],
    ],
    [
      'has an empty line between quotations',
      'a\n\nb',
      [entity('blockquote', 0, 1), entity('blockquote', 3, 1)],
    ],
    [
      'begins and ends with line breaks around a quotation',
      '\n\nq\n\n',
      [entity('blockquote', 2, 1)],
    ],
    [
      'has code with a language',
      'run:\nfn main() {{}}\n\nend',
      [entity('pre', 5, 14, { language: 'rust' })],
    ],
    [
      'has code in a quotation',
      'say\nx = 1\ndone',
      [entity('blockquote', 0, 14), entity('pre', 4, 5)],
    ],
    ['has codes in two lines', 'A1\nB2', [entity('code', 0, 2), entity('code', 3, 2)]],
    [
      'has fields',
      'Hi {first_name|friend}, {attr.last book} {{x}}',
      [entity('bold', 3, 19), entity('italic', 24, 16)],
    ],
    ['has a field in code', 'Code: {attr.code|none}', [entity('code', 6, 16)]],
    ['has a fallback with a bar and a line break', '{username|a|b\nc}!', []],
    [
      'has a custom emoji and a moment',
      '👍 at noon',
      [
        entity('custom_emoji', 0, 2, { custom_emoji_id: '5' }),
        entity('date_time', 6, 4, { unix_time: 12_345, date_time_format: 'wDT' }),
      ],
    ],
  ];
  for (const [name, text, entities] of stored) {
    it(`comes back as it was: ${name}`, () => {
      expect(again(text, entities)).toEqual({ text, entities });
    });
  }
});

describe('opening a text', () => {
  it('shows a field that the server does not know, but never inside code', () => {
    const doc = readDocument({ text: 'Hi {name} {"a": 1}', entities: [] });
    expect(doc.firstChild?.child(1).attrs).toEqual({ name: 'name', fallback: '' });
    expect(again('{name}', [entity('code', 0, 6)])).toEqual({
      text: '{{name}}',
      entities: [entity('code', 0, 8)],
    });
    expect(again('a { 1 } c').text).toBe('a {{ 1 }} c');
  });
  it('drops what Telegram drops: marks in code', () => {
    expect(again('abcd', [entity('bold', 0, 4), entity('code', 1, 2)]).entities).toEqual([
      entity('bold', 0, 1),
      entity('code', 1, 2),
      entity('bold', 3, 1),
    ]);
    expect(again('abcd', [entity('bold', 0, 4), entity('pre', 0, 4)]).entities).toEqual([
      entity('pre', 0, 4),
    ]);
  });
  it('keeps marks inside the block that they stand in', () => {
    expect(again('a\nq\nb', [entity('bold', 0, 5), entity('blockquote', 2, 1)]).entities).toEqual([
      entity('bold', 0, 1),
      entity('blockquote', 2, 1),
      entity('bold', 2, 1),
      entity('bold', 4, 1),
    ]);
  });
  it('reads entities that cross as entities that nest', () => {
    expect(again('abcdefgh', [entity('bold', 0, 5), entity('italic', 3, 5)]).entities).toEqual([
      entity('bold', 0, 5),
      entity('italic', 3, 2),
      entity('italic', 5, 3),
    ]);
    const link = { url: 'https://a.example' };
    expect(
      again('abcdefgh', [entity('bold', 0, 5), entity('text_link', 3, 5, link)]).entities,
    ).toEqual([entity('bold', 0, 3), entity('text_link', 3, 5, link), entity('bold', 3, 2)]);
  });
});

/** A generator of numbers that is the same on every machine (mulberry32). */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const words = [
  'a',
  'bc ',
  '🏟',
  '👨‍👩‍👧‍👦',
  '你好',
  '。',
  ' ',
  '{',
  '}',
  '}{',
  'שלום',
  '<b>',
  '&amp;',
  '*_',
  'é',
  '\u200d',
  '\u00a0',
  '\t',
];
const markNames = ['bold', 'italic', 'underline', 'strike', 'spoiler'] as const;

function randomInline(next: (below: number) => number, inCode: boolean): Node[] {
  return Array.from({ length: next(5) }, () => {
    const names = inCode ? [] : markNames.filter(() => next(4) === 0);
    let marks = names
      .map((name) => schema.mark(name))
      .reduce((set: readonly ReturnType<typeof schema.mark>[], mark) => mark.addToSet(set), []);
    if (!inCode && next(6) === 0)
      marks = schema.mark('link', { href: `https://a.example/${next(3)}` }).addToSet(marks);
    if (!inCode && next(8) === 0) marks = [schema.mark('code')];
    if (next(5) === 0)
      return schema.node(
        'field',
        {
          name: ['first_name', 'attr.plan', 'attr.a b'][next(3)],
          fallback: ['', 'friend', '朋友'][next(3)],
        },
        undefined,
        marks,
      );
    return schema.text(words[next(words.length)] ?? 'a', marks);
  });
}

function randomBlock(next: (below: number) => number, inQuote: boolean): Node {
  const kind = next(inQuote ? 5 : 7);
  if (kind === 4)
    return schema.node('pre', { language: ['rust', null][next(2)] }, [
      schema.text('x\n\ny{'),
      ...randomInline(next, true),
    ]);
  if (kind > 4)
    return schema.node('quote', { expandable: next(2) === 0 }, [
      schema.node('line', null, [schema.text('q')]),
      ...Array.from({ length: next(3) }, () => randomBlock(next, true)),
    ]);
  return schema.node('line', null, randomInline(next, false));
}

describe('any document', () => {
  it('is written and opened as it was, and nests', () => {
    for (let seed = 0; seed < 400; seed += 1) {
      const next = numbers(seed);
      const doc = schema.node(
        'doc',
        null,
        Array.from({ length: 1 + next(6) }, () => randomBlock(next, false)),
      );
      doc.check();
      const rich = writeDocument(doc);
      const opened = readDocument(rich);
      opened.check();
      expect({ seed, doc: opened.toString() }).toEqual({ seed, doc: doc.toString() });
      expect(opened.eq(doc), `seed ${seed}`).toBe(true);
      expect(writeDocument(opened)).toEqual(rich);
      const crossing = rich.entities.filter((one) =>
        rich.entities.some(
          (other) =>
            one.offset < other.offset &&
            other.offset < one.offset + one.length &&
            one.offset + one.length < other.offset + other.length,
        ),
      );
      expect({ seed, crossing }).toEqual({ seed, crossing: [] });
      expect(
        rich.entities.every(
          ({ offset, length }) => length > 0 && offset + length <= rich.text.length,
        ),
      ).toBe(true);
    }
  });
});

describe('any entities', () => {
  it('cover the same letters when they are nested', () => {
    const covered = (entities: Entity[], type: string) =>
      [
        ...new Set(
          entities
            .filter((each) => each.type === type)
            .flatMap((each) =>
              Array.from({ length: each.length }, (_, step) => each.offset + step),
            ),
        ),
      ].sort((a, b) => a - b);
    for (let seed = 0; seed < 400; seed += 1) {
      const next = numbers(seed);
      const given = (['bold', 'italic', 'underline', 'text_link'] as const).map((type) =>
        entity(type, next(12), 1 + next(8)),
      );
      const made = nested(inOrder(given));
      for (const { type } of given)
        expect({ seed, type, at: covered(made, type) }).toEqual({
          seed,
          type,
          at: covered(given, type),
        });
      expect(made.filter((each) => each.type === 'text_link')).toHaveLength(1);
    }
  });
});
