/** The order of the results: made once what it goes by was read, and then left alone. */
import { useEffect, useRef } from 'react';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import type { Campaign } from '@/api/types';
import { useReports } from '@/ui/campaignFigures';
import { nextPage } from '@/ui/nextPage';
import { type Sort, sorted, writeSort } from '@/ui/sorting';
import { needsReports, resultOrders } from './Results';

type CampaignList = UseInfiniteQueryResult<{ pages: unknown[] }>;

/** A list that is sorted is read to its end, or to the page that failed. */
function useWholeList(query: CampaignList, isWanted: boolean) {
  const next = nextPage(query);
  const read = useRef(next);
  read.current = next;
  const isNext = isWanted && next !== undefined;
  const pages = query.data?.pages.length ?? 0;
  useEffect(() => {
    if (isNext) read.current?.();
    // `pages`: an answer may come before it was drawn that the page was being read.
  }, [isNext, pages]);
}

interface OrderAsk {
  botId: number;
  sort: Sort | undefined;
  isReady: boolean;
  /** How many of the things that the order goes by could not be read. */
  missing: number;
}

/**
 * In which order the lists stand. What was asked for last waits until it is ready, and the lists go on in the order
 * that they have; later reads change nothing in it, but for one that brings what was missing.
 */
function useHeldOrder({ botId, sort, isReady, missing }: OrderAsk) {
  const asked = `${botId} ${writeSort(sort) ?? ''}`;
  const held = useRef({ botId, asked: '', missing: 0 });
  if (held.current.botId !== botId) held.current = { botId, asked: '', missing: 0 };
  const { current } = held;
  if (isReady && (current.asked !== asked || missing < current.missing))
    held.current = { botId, asked, missing };
  return {
    key: `${botId} ${held.current.asked} ${held.current.missing}`,
    isHeld: held.current.asked === asked,
    /** The next order is made of what is there by then. */
    release: () => {
      held.current = { ...held.current, missing: Infinity };
    },
  };
}

export function useResultOrder(
  botId: number,
  all: Campaign[],
  query: CampaignList,
  sort: Sort | undefined,
) {
  useWholeList(query, sort !== undefined);
  const asked = needsReports(sort) ? all.filter(({ started_at }) => started_at !== null) : [];
  const reports = useReports(asked.map(({ id }) => id));
  const isRead = !query.hasNextPage || query.isError;
  const { key, isHeld, release } = useHeldOrder({
    botId,
    sort,
    isReady: !sort || (isRead && reports.isSettled),
    missing: sort ? reports.failed + (query.hasNextPage ? 1 : 0) : 0,
  });
  return {
    key,
    release,
    error: reports.error,
    retry: reports.retry,
    inOrder: (rows: Campaign[]) => (isHeld ? sorted(rows, resultOrders(reports.of), sort) : rows),
  };
}
