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
const partner = (key: string) =>
  key.endsWith('_one') ? key.replace(/_one$/, '_other') : key.replace(/_other$/, '_one');
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
  it('are all used', () => {
    const said: RegExp[] = [];
    const literals = new Set<string>();
    for (const file of sources(path.resolve(import.meta.dirname, '..'))) {
      const text = fs.readFileSync(file, 'utf8');
      for (const [, one] of text.matchAll(/['"]([a-z_]+(?:\.[\w]+)+)['"]/g))
        literals.add(one ?? '');
      for (const [, one] of text.matchAll(/`((?:\$\{[^}]*\}|[\w.])+)`/g)) {
        if (!one || !/^[a-z_]+\./.test(one) || !one.includes('${')) continue;
        // What is put in is a part of the key, such as a kind; a suffix may follow it.
        const parts = one.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'));
        said.push(new RegExp(`^${parts.join('[\\w.]+')}(_object|_by|_object_by)?$`));
      }
    }
    const unused = [...new Set([...english.keys()].map(plain))].filter(
      (key) => !literals.has(key) && !said.some((pattern) => pattern.test(key)),
    );
    expect(unused).toEqual([]);
  });
});

describe('plurals', () => {
  it('have both forms in English and fit 0, 1, 2 and 21', () => {
    const alone = [...english.keys()].filter(
      (key) => /_(one|other)$/.test(key) && !english.has(partner(key)),
    );
    expect(alone).toEqual([]);
    // A number before a noun that is counted: "1 people" and "2 person" are read as mistakes.
    const wrong = [...english].filter(
      ([key, text]) =>
        (key.endsWith('_one') &&
          /\{\{(count|number)\}\} (people|contacts|things|texts|rows)\b/.test(text)) ||
        (key.endsWith('_other') &&
          /\{\{(count|number)\}\} (person|contact|thing|text|row)\b/.test(text)) ||
        (!/_(one|other)$/.test(key) && /\{\{count\}\} [a-z]/.test(text)),
    );
    expect(wrong.map(([key]) => key)).toEqual([]);
  });
});

describe('the Chinese words', () => {
  it('are those of the glossary: 群发, 对话, 您', () => {
    // A UTM campaign is a name that an address carries, and no campaign of this console.
    const wrong = [...chinese].filter(
      ([key, text]) =>
        /会话|你/.test(text) || (text.includes('活动') && !key.endsWith('utm_campaign')),
    );
    expect(wrong).toEqual([]);
  });
});
