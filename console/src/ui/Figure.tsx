import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Skeleton } from './states';

interface FigureProps<T> {
  /** The read that the figure comes from. */
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPlaceholderData' | 'isError'>;
  /** Stands in the figure's place when there is none for this input. */
  without?: ReactNode;
  children: (data: T, stale: boolean) => ReactNode;
}

/**
 * A figure with the input that it belongs to: one of an older input is greyed, one that could not be had or of a wrong
 * input is not shown, and one that is on its way leaves its room.
 */
export function Figure<T>({ query, without = null, children }: FigureProps<T>) {
  if (query.isError) return <>{without}</>;
  if (query.data === undefined) return <Skeleton width={72} height={20} />;
  return <>{children(query.data, query.isPlaceholderData)}</>;
}
