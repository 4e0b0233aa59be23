import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en';
import zh from './zh';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = prefix ? `${prefix}.${key}` : key;
    if (typeof value === 'string') found.set(at, value);
    else for (const [inner, text] of flat(value, at)) found.set(inner, text);
  }
  return found;
}
/** English has a form for one; Chinese has none. */
const plain = (key: string) => key.replace(/_(one|other)$/, '');
const names = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}|<(\w+)\/>/g)].map((match) => match[1] ?? match[2]).sort();

const english = flat(en as Tree);
const chinese = flat(zh as Tree);

describe('languages', () => {
  it('have the same keys', () => {
    expect([...new Set([...chinese.keys()].map(plain))].sort()).toEqual(
      [...new Set([...english.keys()].map(plain))].sort(),
    );
  });
  it('put the same values into each text', () => {
    for (const [key, text] of chinese) {
      const other = english.get(key);
      if (other !== undefined)
        expect({
          key,
          names: [...new Set(names(text))].filter((name) => name !== 'count'),
        }).toEqual({ key, names: [...new Set(names(other))].filter((name) => name !== 'count') });
    }
  });
});

function sources(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(folder, entry.name);
    return entry.isDirectory()
      ? sources(at)
      : /\.tsx?$/.test(entry.name) && !entry.name.includes('.test.')
        ? [at]
        : [];
  });
}

describe('keys in the code', () => {
  it('all exist', () => {
    const known = new Set([...english.keys()].map(plain));
    const missing: string[] = [];
    for (const file of sources(path.resolve(import.meta.dirname, '..'))) {
      const text = fs.readFileSync(file, 'utf8');
      for (const match of text.matchAll(/\bt\(\s*'([a-z_.]+)'|i18nKey="([a-z_.]+)"/g)) {
        const key = match[1] ?? match[2] ?? '';
        if (!known.has(key)) missing.push(`${path.basename(file)}: ${key}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
