import type { PhraseLanguage } from '@/api/types';

/** Words stand in one line each; blank lines are none. */
export const wordsOf = (lines: string) =>
  lines
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
export const linesOf = (words: string[]) => words.join('\n');

/** A language that nobody has filled in yet, in the first code that is free. */
export function newLanguage(languages: PhraseLanguage[]): PhraseLanguage {
  const taken = new Set(languages.map((each) => each.language));
  const language =
    ['en', 'zh', 'ru', 'es', 'de', 'fr', 'pt', 'it', 'tr', 'ja'].find((code) => !taken.has(code)) ??
    '';
  return { language, stop_words: [], stopped: '', back: '', bound: '' };
}

/** Whether every text is there; the server checks the rest. */
export const isComplete = (languages: PhraseLanguage[]) =>
  languages.length > 0 &&
  languages.every(
    (each) => each.language.trim() && each.stopped.trim() && each.back.trim() && each.bound.trim(),
  );
