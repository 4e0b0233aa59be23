import { act, renderHook } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Campaign } from '@/api/types';
import { campaigns } from '@/test/page';
import { useLists } from './lists';

const [sending, draft, done] = campaigns as [Campaign, Campaign, Campaign];
const ids = (rows: Campaign[]) => rows.map(({ id }) => id);
const ask = { key: '1', pages: 1, inOrder: (rows: Campaign[]) => rows };

describe('the lists of campaigns', () => {
  it('stand still when one ends while they are read, until they are asked for anew', () => {
    const { result, rerender } = renderHook(({ all }) => useLists(all, ask), {
      initialProps: { all: [sending, draft, done] },
    });
    const ended = { ...sending, status: 'done' as const };
    rerender({ all: [ended, draft, done] });
    expect(ids(result.current.going)).toEqual([sending.id, draft.id]);
    expect(result.current.going[0]?.status).toBe('done');
    expect(ids(result.current.past)).toEqual([done.id]);
    expect(result.current.news).toBe(1);
    act(() => result.current.settle());
    expect(ids(result.current.going)).toEqual([draft.id]);
    expect(ids(result.current.past)).toEqual([sending.id, done.id]);
    expect(result.current.news).toBe(0);
  });
  it('put what is new at the end, and drop what is deleted', () => {
    const { result, rerender } = renderHook(({ all }) => useLists(all, ask), {
      initialProps: { all: [draft, done] },
    });
    rerender({ all: [{ ...draft, id: 99 }, draft, done] });
    expect(ids(result.current.going)).toEqual([draft.id, 99]);
    rerender({ all: [{ ...draft, id: 99 }, done] });
    expect(ids(result.current.going)).toEqual([99]);
  });
});
