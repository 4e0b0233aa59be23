import './figures.css';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Skeleton } from './states';

/** A read of figures, and whether they belong to the input as it is now: of an older one they are placeholders. */
export type Reading<T> = Pick<UseQueryResult<T>, 'data' | 'isPlaceholderData' | 'isError'>;

interface FigureProps<T> {
  /** The read that the figure comes from. */
  query: Reading<T>;
  /** Stands in the figure's place when there is none for this input. */
  without?: ReactNode;
  /** Stands in the figure's place while it is on its way for the first time. */
  waiting?: ReactNode;
  children: (data: T, stale: boolean) => ReactNode;
}

/**
 * A figure with the input that it belongs to: one of an older input is greyed, one that could not be had or of a wrong
 * input is not shown, and one that is on its way leaves its room.
 */
export function Figure<T>({
  query,
  without = null,
  waiting = <Skeleton width={72} height={20} />,
  children,
}: FigureProps<T>) {
  if (query.isError) return <>{without}</>;
  if (query.data === undefined) return <>{waiting}</>;
  return <>{children(query.data, query.isPlaceholderData)}</>;
}

/** A part of a page whose figures all belong to one input: greyed while they are of an older one. */
export function Aged({ stale, children }: { stale: boolean; children: ReactNode }) {
  return (
    <div className="aged" data-stale={stale || undefined} aria-busy={stale || undefined}>
      {children}
    </div>
  );
}
