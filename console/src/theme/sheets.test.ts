import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layerOf } from '../../layers.ts';

const source = path.resolve(import.meta.dirname, '..');

function sheets(folder: string): string[] {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(folder, entry.name);
    return entry.isDirectory() ? sheets(at) : entry.name.endsWith('.css') ? [at] : [];
  });
}

/** Every selector of a sheet, one of each list; what stands in brackets is left out, since it only narrows. */
function selectorsOf(css: string): string[] {
  const plain = css.replace(/\/\*[\s\S]*?\*\//g, '');
  const heads = [...plain.matchAll(/([^{};]+)\{/g)]
    .map((match) => (match[1] ?? '').trim())
    .filter((head) => !/^(@|from$|to$|\d)/.test(head));
  return heads
    .flatMap((head) =>
      head.replace(/\((?:[^()]|\([^()]*\))*\)/g, (inner) => inner.replaceAll(',', ' ')).split(','),
    )
    .map((each) => each.trim());
}
const classesOf = (selector: string) =>
  [...selector.matchAll(/\.([a-z][\w-]*)/g)].map((match) => match[1] ?? '');

const features = sheets(path.join(source, 'features')).map((file) => ({
  file,
  feature: path.basename(path.dirname(file)),
  selectors: selectorsOf(fs.readFileSync(file, 'utf8')),
}));
/** The classes of a module are its own already. */
const shared = ['ui', 'frame']
  .flatMap((zone) => sheets(path.join(source, zone)))
  .filter((file) => !file.endsWith('.module.css'))
  .map((file) => ({
    file: path.relative(source, file),
    selectors: selectorsOf(fs.readFileSync(file, 'utf8')),
  }));

/** Sheets stay when their page is left: what they say must be about their own feature only. */
describe('the sheet of a feature', () => {
  it('names a class of its own in every selector', () => {
    const strangers = features.flatMap(({ feature, selectors }) =>
      selectors
        .filter(
          (selector) =>
            !classesOf(selector).some((each) => each === feature || each.startsWith(`${feature}-`)),
        )
        .map((selector) => `${feature}: ${selector}`),
    );
    expect(strangers).toEqual([]);
  });
  it('names no class of another feature', () => {
    const names = features.map(({ feature }) => feature);
    const foreign = features.flatMap(({ feature, selectors }) =>
      selectors
        .flatMap(classesOf)
        .filter((each) => names.some((other) => other !== feature && each.startsWith(`${other}-`)))
        .map((each) => `${feature}: ${each}`),
    );
    expect(foreign).toEqual([]);
  });
});

describe('the sheets that all share', () => {
  it('begin no two selectors of two sheets with the same class', () => {
    const owners = new Map<string, Set<string>>();
    for (const { file, selectors } of shared) {
      for (const first of selectors.map((selector) => classesOf(selector)[0])) {
        if (first) owners.set(first, (owners.get(first) ?? new Set()).add(file));
      }
    }
    const twice = [...owners]
      .filter(([, files]) => files.size > 1)
      .map(([name, files]) => `${name}: ${[...files].join(', ')}`);
    expect(twice).toEqual([]);
  });
});

describe('every sheet', () => {
  it('is in a layer', () => {
    expect(sheets(source).filter((file) => layerOf(file) === undefined)).toEqual([]);
  });
});
