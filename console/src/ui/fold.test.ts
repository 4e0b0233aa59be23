import { describe, expect, it } from 'vitest';
import { fold } from './fold';

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
});
