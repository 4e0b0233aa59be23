import './states.css';
import type { ReactNode } from 'react';
import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/client';
import { useFaultWords } from './editor/faults';

/** What it is, one true sentence, one button. */
export function EmptyState({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty-state">
      <h2>{title}</h2>
      {children && <p className="muted">{children}</p>}
      {action}
    </div>
  );
}

/** A page whose address was followed by somebody whose role has no way there. */
export function ClosedPlace() {
  const { t } = useTranslation();
  return <EmptyState title={t('ui.closed_title')}>{t('ui.closed_text')}</EmptyState>;
}

/** What went wrong, in the reader's language, with the server's own detail where it has one. */
export function useProblemText(): (error: unknown) => string {
  const { t, i18n } = useTranslation();
  const faultWords = useFaultWords();
  return (error) => {
    if (!(error instanceof Problem)) return t('problem.internal');
    const own = i18n.exists(`problem.${error.code}`)
      ? t(`problem.${error.code}`)
      : t('problem.other');
    const detail = error.errors[0] ? faultWords(error.errors[0]) : error.detail;
    return detail && error.status !== 0 && error.status < 500
      ? t('problem.with_detail', { own, detail })
      : own;
  };
}

/** In place: what failed, what is kept, try again. */
export function Failure({
  error,
  what,
  retry,
}: {
  error: unknown;
  what: string;
  retry?: () => void;
}) {
  const { t } = useTranslation();
  const text = useProblemText()(error);
  return (
    <div className="failure" role="alert">
      <IconAlertTriangle size={16} stroke={1.5} aria-hidden="true" />
      <span className="words">
        <b>{what}</b> <span className="muted">{text}</span>
      </span>
      {retry && <Button onClick={retry}>{t('ui.try_again')}</Button>}
    </div>
  );
}

/** Grey where text will stand; same height, no shimmer. */
export function Skeleton({
  width = '60%',
  height = 12,
}: {
  width?: string | number;
  height?: number;
}) {
  return <span className="skeleton" style={{ width, height }} aria-hidden="true" />;
}

export function SkeletonRows({ rows = 8 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('ui.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <div className="skeleton-row" key={row}>
          <Skeleton width={`${22 + ((row * 7) % 14)}%`} />
          <Skeleton width="12%" />
          <span className="end" style={{ width: '8%' }}>
            <Skeleton width="100%" />
          </span>
        </div>
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch' | 'isPending'>;
  what: string;
  waiting?: ReactNode;
  children: (data: T) => ReactNode;
}

/** Waiting, failed, or there. A failure after the first success stands above what is still shown. */
export function Loaded<T>({ query, what, waiting, children }: LoadedProps<T>) {
  const failure = query.error ? (
    <Failure error={query.error} what={what} retry={() => void query.refetch()} />
  ) : null;
  if (query.data === undefined) return <>{failure ?? waiting ?? <SkeletonRows />}</>;
  return (
    <>
      {failure}
      {children(query.data)}
    </>
  );
}
