import { expect, it, vi } from 'vitest';
import { nextPage } from './nextPage';

it('goes on to a page that there is, is not being read and did not fail', () => {
  const fetchNextPage = vi.fn(() => Promise.resolve());
  const ready = { hasNextPage: true, isFetchingNextPage: false, isError: false, fetchNextPage };
  nextPage(ready)?.();
  expect(fetchNextPage).toHaveBeenCalledOnce();
  expect(nextPage({ ...ready, hasNextPage: false })).toBeUndefined();
  expect(nextPage({ ...ready, isFetchingNextPage: true })).toBeUndefined();
  expect(nextPage({ ...ready, isError: true })).toBeUndefined();
});
