/** What no page may say: the key of a text, what JavaScript calls nothing, a noun that does not fit its number. */
import fs from 'node:fs';

const folder = new URL('../src/i18n/en/', import.meta.url);

function keysOf(tree, prefix) {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [`${prefix}.${name.replace(/_(one|other)$/, '')}`]
      : keysOf(value, `${prefix}.${name}`),
  );
}
const keys = new Set(
  fs
    .readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) =>
      keysOf(JSON.parse(fs.readFileSync(new URL(file, folder), 'utf8')), file.slice(0, -5)),
    ),
);

const nouns =
  'campaign|contact|conversation|day|flow|link|message|minute|row|run|segment|tag|template|time|visit';
const one = new RegExp(`(?<![\\d,.:–-])1 (?:people|(?:${nouns})s)\\b`, 'g');
const many = new RegExp(
  `(?<![\\d,.:–-])(?:0|2|\\d*[2-9]|\\d+[01]) (?:person|${nouns})\\b(?! of)`,
  'g',
);

/** What is wrong with the words of a page, each with what stands around it. */
export function wrongWords(text) {
  const said = text.replace(/\s+/g, ' ');
  const found = [];
  for (const [word] of said.matchAll(/\b[a-z_]+(?:\.[a-z_]+)+\b/g))
    if (keys.has(word)) found.push(`a key: ${word}`);
  for (const pattern of [
    /\b(?:undefined|NaN|Infinity)\b/g,
    /\{\{\w+\}\}/g,
    /\[object \w+\]/g,
    one,
    many,
  ])
    for (const match of said.matchAll(pattern))
      found.push(`“${said.slice(Math.max(0, match.index - 20), match.index + 30)}”`);
  return found;
}
