import { describe, expect, it } from 'vitest';
import { fold, holds, nameKey } from './fold';

describe('a search', () => {
  it('finds every case and accent', () => {
    for (const [typed, name] of [
      ['иван', 'Иван'],
      ['jose', 'José'],
      ['lodz', 'Łódź'],
      ['istanbul', 'İstanbul'],
      ['ﾃｽﾄ', 'テスト'],
      ['小明', '王小明'],
      ['cafe', 'Cafe\u0301'],
    ] as const) {
      expect(fold(name)).toContain(fold(typed));
    }
  });

  it('finds each word, in any order', () => {
    expect(holds('Ivan Petrov', 'petrov  ivan')).toBe(true);
    expect(holds('小明 张', '张、小明')).toBe(true);
    expect(holds('Ivan Petrov', ' ')).toBe(true);
    expect(holds('Ivan Petrov', 'petrov anna')).toBe(false);
    expect(holds('Ivan Petrov', ', petrov;')).toBe(true);
  });

  it('of nothing but what parts words looks for that', () => {
    for (const typed of [',', ' ; ', '、']) {
      expect(holds('Ivan Petrov', typed)).toBe(false);
      expect(holds(`Petrov${typed.trim()} Ivan`, typed)).toBe(true);
    }
  });

  it('leaves out what nobody sees, and what is typed beyond eight words', () => {
    for (const unseen of ['\u061c', '\u180e', '\u202e', '\u2064', '\u2069', '\0']) {
      expect(holds(`Iv${unseen}an`, 'ivan')).toBe(true);
    }
    expect(holds('a b c d e f g h', 'a b c d e f g h x')).toBe(true);
    expect(holds('a b c d e f g h', 'a b c d e f g x')).toBe(false);
  });
});

describe('a name', () => {
  it('is one in every case and form, and none where nothing is seen', () => {
    for (const [one, other] of [
      ['VIP', ' vip'],
      ['Café', 'cafe\u0301'],
      ['❤', '❤\ufe0f'],
      ['葛', '葛\u{e0100}'],
      ['葛', '葛\u{e01ef}'],
      ['two words', 'Two \u200b words'],
      ['', '\u200b \ufeff'],
    ] as const) {
      expect(nameKey(one)).toBe(nameKey(other));
    }
    expect(nameKey('Cafe')).not.toBe(nameKey('Café'));
  });
});
