/** What campaigns changed, as cells of tables: each share opens its people. */
import { useQueries, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { reportQuery } from '@/api/queries';
import type { Figure, Report } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { CountSteps } from './CountSteps';

/** Reports are read again when something happens, but not for each visit of a list. */
const FRESH_MS = 60_000;
const reportOf = (id: number) => ({ ...reportQuery(id, 'stage'), staleTime: FRESH_MS });

export const useReport = (id: number) => useQuery(reportOf(id)).data;

interface Reports {
  of: (id: number) => Report | undefined;
  isWhole: boolean;
  isSettled: boolean;
  failed: number;
  error: Error | null;
  retry: () => void;
}

/**
 * The reports of several campaigns; `isWhole` once each is there, `isSettled` once each is there or failed. `failed` are
 * those that are not there; where one of before is, it stands.
 */
export function useReports(ids: number[]): Reports {
  return useQueries({
    queries: ids.map(reportOf),
    combine: (results) => {
      const found = new Map(ids.map((id, at) => [id, results[at]?.data]));
      const failed = results.filter((result) => result.error);
      return {
        of: (id: number) => found.get(id),
        isSettled: results.every((result) => result.data !== undefined || result.isError),
        failed: failed.filter((result) => result.data === undefined).length,
        isWhole: results.every((result) => result.data !== undefined),
        error: failed[0]?.error ?? null,
        retry: () => failed.forEach((result) => void result.refetch()),
      };
    },
  });
}

/** How campaigns are compared for what they changed: the difference in replies, where enough people replied to tell. */
export function replyLift(report: Report | undefined) {
  const lift = report?.lift.find((each) => each.measure === 'messages');
  return lift?.enough && lift.difference !== null ? lift : undefined;
}

/** A difference of shares in points, as it is told everywhere, without the noise of the last digits of a product. */
export const inPoints = (difference: number) => Number((difference * 100).toFixed(10));

/** A share; it opens its people. */
export function ShareCell({ figure, name }: { figure: Figure | undefined; name: string }) {
  const { percent } = useFormat();
  if (!figure) return null;
  return (
    <CountSteps value={figure.count} people={figure.people} name={name}>
      {figure.of > 0 ? percent(figure.share) : '–'}
    </CountSteps>
  );
}

/** What it changed in replies, in points over the control group; nothing where that cannot be said. */
export function LiftCell({ report }: { report: Report | undefined }) {
  const { t } = useTranslation();
  const { signed } = useFormat();
  const lift = replyLift(report);
  if (!lift) return <span className="faint">–</span>;
  const difference = lift.difference ?? 0;
  const said = lift.clear ? (difference > 0 ? 'good' : 'bad') : 'faint';
  return (
    <span className={`figure ${said}`} title={t('campaigns.lift_means')}>
      {signed(inPoints(difference), 1)}
      <span className="unseen">
        {' '}
        {t(lift.clear ? 'campaigns.lift_clear' : 'campaigns.lift_unclear')}
      </span>
    </span>
  );
}
