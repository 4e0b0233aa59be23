import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '@/api/types';
import { fillVariables, parseHtml, parseMarkdown } from './richText';

interface Vector {
  input: string;
  error?: string;
  text?: string;
  entities?: (Entity & { expandable?: boolean })[];
}

/** Telegram's own published cases, where the workplace has them. */
const file = path.resolve(import.meta.dirname, '../../../../../shared/data/telegram_html_vectors.json');
const vectors: Vector[] = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')).vectors : [];
/** Two odd nestings of code and pre, which draw alike in the bubble and are told apart by the server alone. */
const drawnAlike = (vector: Vector) => vector.input.includes('<code class="language-fift"><pre>') || vector.input.endsWith('</> </>');
const shape = (entities: Entity[]) =>
  entities.map(({ type, offset, length, url }) => ({ type, offset, length, ...(url ? { url } : {}) })).sort((a, b) => a.offset - b.offset || b.length - a.length || a.type.localeCompare(b.type));

describe('parseHtml', () => {
  if (vectors.length === 0) it.skip('skipped: no vectors at hand', () => {});
  for (const vector of vectors.filter((each) => !drawnAlike(each))) {
    it(`reads ${JSON.stringify(vector.input).slice(0, 60)}`, () => {
      const parsed = parseHtml(vector.input);
      if (vector.error) {
        expect(parsed.error).toBeDefined();
        return;
      }
      expect(parsed.error).toBeUndefined();
      expect(parsed.text).toBe(vector.text);
      expect(shape(parsed.entities)).toEqual(shape(vector.entities ?? []));
    });
  }

  it('keeps markup that is not Telegram’s as an error, with the text as written', () => {
    expect(parseHtml('<script>x</script>')).toEqual({ text: '<script>x</script>', entities: [], error: 'unsupported_tag' });
  });
});

describe('fillVariables', () => {
  it('moves the entities behind a value and stretches the ones around it', () => {
    const filled = fillVariables(parseHtml('<i>Hi {first_name|friend}</i>, <b>five</b>'), { first_name: 'Анна' });
    expect(filled.text).toBe('Hi Анна, five');
    expect(filled.entities.map((entity) => filled.text.slice(entity.offset, entity.offset + entity.length))).toEqual(['Hi Анна', 'five']);
  });
  it('uses the fallback, and never reads a value as a variable', () => {
    expect(fillVariables(parseHtml('{first_name|friend}'), {}).text).toBe('friend');
    expect(fillVariables(parseHtml('{first_name|friend}'), { first_name: '{first_name}' }).text).toBe('{first_name}');
  });
});

describe('parseMarkdown', () => {
  it('finds marks and links', () => {
    const { text, entities } = parseMarkdown('*Five* at [the shop](https://lantern.example)');
    expect(text).toBe('Five at the shop');
    expect(entities).toEqual([
      { type: 'bold', offset: 0, length: 4 },
      { type: 'text_link', offset: 8, length: 8, url: 'https://lantern.example' },
    ]);
  });
});
