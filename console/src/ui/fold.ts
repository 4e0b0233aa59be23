/** Letters that have no accent to take off and are typed without one all the same. */
const plain: Record<string, string> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  þ: 'th',
  ς: 'σ',
};

/** What is searched in, and for, as the server folds it: without case, accents, width and characters that nobody sees. */
export const fold = (text: string) =>
  text
    .normalize('NFKD')
    .replace(
      /[\p{M}\0\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/gu,
      '',
    )
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[ßæœøđðħıłþς]/gu, (letter) => plain[letter] ?? letter)
    .normalize('NFC');

/** Words of one search, as on the server. What is typed beyond is left out, which finds more. */
const WORDS_MAX = 8;

/** What somebody searches for: its words, or what parts words where nothing else was typed. */
function wordsOf(search: string): string[] {
  const folded = fold(search);
  const words = folded.split(/[\s,;、]+/u).filter((word) => word !== '');
  return words.length > 0 ? words.slice(0, WORDS_MAX) : [folded.trim()];
}

/** Whether a text holds each word of a search, in any order; commas and blanks of any width part words, as on the server. */
export const holds = (text: string, search: string) => {
  const folded = fold(text);
  return wordsOf(search).every((word) => folded.includes(word));
};

/** What names are compared by, as the server does it: without case, unseen characters and the choice of a form. */
export const nameKey = (name: string) =>
  name
    .normalize('NFC')
    .replace(
      /[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\u3164\ufe00-\ufe0f\ufeff\uffa0\u{e0100}-\u{e01ef}]/gu,
      '',
    )
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase()
    .normalize('NFC');
