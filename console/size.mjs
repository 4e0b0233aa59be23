/** What the built console weighs, and that it stays light: the build fails where a page became heavier than its limit. */
import { readFileSync, readdirSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const KB = 1000;
/** What the browser fetches before anything is shown, in gzipped bytes. */
const FIRST_MAX = 270 * KB;
/** What a page fetches when it is opened first. */
const LAZY_MAX = 100 * KB;

const dist = new URL('./dist/', import.meta.url);
const weight = (path) => gzipSync(readFileSync(new URL(path, dist))).length;
const shown = (bytes) => `${(bytes / KB).toFixed(1).padStart(6)} kB`;

const page = readFileSync(new URL('index.html', dist), 'utf8');
const first = [
  ...new Set(
    [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.(?:js|css))"/g)].map((match) => match[1]),
  ),
];
const lazy = readdirSync(new URL('assets/', dist))
  .filter((name) => /\.(js|css)$/.test(name) && !first.includes(`assets/${name}`))
  .map((name) => ({ name, bytes: weight(`assets/${name}`) }))
  .sort((a, b) => b.bytes - a.bytes);
const firstBytes = first.reduce((sum, path) => sum + weight(path), 0);

console.log(
  `${shown(firstBytes)}  first page, gzipped, of ${shown(FIRST_MAX).trim()} (${first.length} files)`,
);
for (const { name, bytes } of lazy.slice(0, 6)) console.log(`${shown(bytes)}  ${name}`);
const heavy = lazy.filter(({ bytes }) => bytes > LAZY_MAX).map(({ name }) => name);
if (firstBytes > FIRST_MAX) heavy.unshift('the first page');
if (first.length === 0) heavy.push('no file of the first page was found');
if (heavy.length > 0) {
  console.error(`too heavy: ${heavy.join(', ')}`);
  process.exit(1);
}
