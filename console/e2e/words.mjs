/** The console's own words, by their keys, so that one run can be done in every language. */
import fs from 'node:fs';

/** `say('ui.save')` in the language of a browser such as `zh-CN`; `begins` matches what stands before the first figure. */
export function words(language) {
  const folder = new URL(
    `../src/i18n/${language.startsWith('zh') ? 'zh' : 'en'}/`,
    import.meta.url,
  );
  const say = (key) => {
    const [file, ...path] = key.split('.');
    const found = path.reduce(
      (at, part) => at?.[part],
      JSON.parse(fs.readFileSync(new URL(`${file}.json`, folder), 'utf8')),
    );
    if (typeof found !== 'string') throw new Error(`no words at ${key} in ${folder.pathname}`);
    return found;
  };
  const begins = (...keys) =>
    new RegExp(
      keys
        .map(
          (key) =>
            `^${say(key)
              .split('{{')[0]
              .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
        )
        .join('|'),
    );
  return { say, begins };
}
