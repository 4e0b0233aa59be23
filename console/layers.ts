import path from 'node:path';
import type { Plugin } from 'vite';

/** What wins over what, the last over all before it. Mantine names its own layer. */
const order = '@layer ground, mantine, vendor, theme, ui, frame, features;';
const source = path.resolve(import.meta.dirname, 'src');
const named: Record<string, string> = {
  'theme/base.css': 'ground',
  'theme/tokens.css': 'theme',
  'theme/words.css': 'theme',
  'theme/mantine.css': 'theme',
};
const zones = ['ui', 'frame', 'features'];

/** The cascade layer that a sheet is put into, by where it stands. */
export function layerOf(file: string): string | undefined {
  if (file.includes('/node_modules/@xyflow/')) return 'vendor';
  const at = path.relative(source, file).replaceAll(path.sep, '/');
  return named[at] ?? zones.find((zone) => at.startsWith(`${zone}/`));
}

/**
 * Puts every sheet of the console into its layer. Sheets come with the pages that import them and stay when the page is
 * left, so the order in which they were loaded must decide nothing; hence each says the order of the layers first.
 */
export function cascadeLayers(): Plugin {
  return {
    name: 'cascade-layers',
    enforce: 'pre',
    transform(code, id) {
      const file = id.split('?')[0] ?? id;
      const layer = file.endsWith('.css') ? layerOf(file) : undefined;
      return layer ? { code: `${order}\n@layer ${layer} {\n${code}\n}\n`, map: null } : null;
    },
  };
}
