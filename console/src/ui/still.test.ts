import { renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { useStill } from './still';

interface Row {
  id: number;
  people: number;
}
const row = (id: number, people = 0): Row => ({ id, people });
const idOf = ({ id }: Row) => id;

function read(first: Row[], options: Parameters<typeof useStill<Row>>[3]) {
  const hook = renderHook(
    ({ rows, key, pages }: { rows: Row[]; key: string | null; pages: number }) =>
      useStill(rows, key, idOf, { ...options, pages }),
    { initialProps: { rows: first, key: 'all' as string | null, pages: 1 } },
  );
  return {
    news: (rows: Row[], key: string | null = 'all', pages = 1) =>
      hook.rerender({ rows, key, pages }),
    ids: () => hook.result.current.rows.map(idOf),
    now: () => hook.result.current,
    hook,
  };
}

describe('a list that is read', () => {
  it('keeps its order while the news change what stands in it', () => {
    const list = read([row(1, 9), row(2, 5)], { gone: 'drop', fresh: 'end' });
    list.news([row(2, 12), row(1, 9), row(3, 1)]);
    expect(list.ids()).toEqual([1, 2, 3]);
    expect(list.now().rows[1]).toEqual(row(2, 12));
  });
  it('drops what was deleted, or keeps what only went elsewhere', () => {
    const tags = read([row(1), row(2)], { gone: 'drop', fresh: 'end' });
    tags.news([row(2)]);
    expect(tags.ids()).toEqual([2]);
    const ledger = read([row(1), row(2)], { gone: 'keep', fresh: 'wait' });
    ledger.news([row(2)]);
    expect(ledger.ids()).toEqual([1, 2]);
    expect(ledger.now().news).toBe(1);
  });
  it('lets what comes by itself wait until it is asked for, and takes what a further page brings', () => {
    const ledger = read([row(1), row(3)], { gone: 'keep', fresh: 'wait' });
    ledger.news([row(1), row(2), row(3), row(4)]);
    expect(ledger.ids()).toEqual([1, 3]);
    expect(ledger.now().news).toBe(2);
    ledger.news([row(1), row(2), row(3), row(4), row(5)], 'all', 2);
    expect(ledger.ids()).toEqual([1, 3, 4, 5]);
    expect(ledger.now().news).toBe(1);
    ledger.now().settle();
    ledger.news([row(1), row(2), row(3), row(4), row(5)], 'all', 2);
    expect(ledger.ids()).toEqual([1, 2, 3, 4, 5]);
    expect(ledger.now().news).toBe(0);
  });
  it('does not grow while others come into a list that people leave', () => {
    const pending = read([row(1), row(2)], { gone: 'keep', fresh: 'wait' });
    for (const first of [3, 5, 7]) pending.news([row(first), row(first + 1)]);
    expect(pending.ids()).toEqual([1, 2]);
    expect(pending.now().news).toBe(4);
  });
  it('of a few people stays those few', () => {
    const sample = read([row(5), row(6)], { gone: 'keep', fresh: 'never' });
    sample.news([row(7), row(5)]);
    expect(sample.ids()).toEqual([5, 6]);
  });
  it('begins anew with another question, and not with the answer before it', () => {
    const sample = read([row(5), row(6)], { gone: 'keep', fresh: 'never' });
    sample.news([row(5), row(6)], null);
    expect(sample.ids()).toEqual([5, 6]);
    sample.news([row(8)], 'tagged');
    expect(sample.ids()).toEqual([8]);
  });
});
