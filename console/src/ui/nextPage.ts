interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  isError: boolean;
  fetchNextPage: () => Promise<unknown>;
}

/**
 * Reads the next page of a list. Undefined where there is none, while it is being read, and once a read failed: a list
 * that goes on by itself would ask for the same page without end, so that only the reader tries again.
 */
export const nextPage = (query: Paged): (() => void) | undefined =>
  query.hasNextPage && !query.isFetchingNextPage && !query.isError
    ? () => void query.fetchNextPage()
    : undefined;
