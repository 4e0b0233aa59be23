import type { ReactElement, ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { DayPeople, Home } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { meanADay, split, sumBefore, sumOf } from './before';
import { BarChart, CurveChart } from './DayChart';

const peak = (days: DayPeople[]) => Math.max(0, ...days.map((each) => each.count));

function Axis({ days, middle }: { days: DayPeople[]; middle: string }) {
  const { t } = useTranslation();
  const { day } = useFormat();
  const first = days[0];
  return (
    <div className="home-axis">
      <span>{first ? day(first.day) : ''}</span>
      <span>{middle}</span>
      <span>{t('home.today')}</span>
    </div>
  );
}

function Chart({
  title,
  figure,
  children,
}: {
  title: string;
  figure: ReactNode;
  children: ReactNode;
}) {
  return (
    <section aria-label={title}>
      <div className="section-head">
        <h2>{title}</h2>
        <span className="end muted">{figure}</span>
      </div>
      {children}
    </section>
  );
}

/** A sum of the period, with that of the time before it where it is known. */
function InDays({
  days,
  before,
  count,
}: {
  days: number;
  before: number | null;
  count: ReactElement;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <>
      <Trans i18nKey="home.count_in_days" count={days} components={{ n: count }} />
      {before !== null && (
        <span className="faint">{t('home.before', { before: number(before) })}</span>
      )}
    </>
  );
}

interface ChartProps {
  /** The days of the period and those before it. */
  wide: DayPeople[];
  period: number;
}

function Joined({ wide, period }: ChartProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { lately } = split(wide, period);
  const people = lately[0] && { first_seen: { after: lately[0].day } };
  return (
    <Chart
      title={t('home.joined')}
      figure={
        <InDays
          days={period}
          before={sumBefore(wide, period)}
          count={<Count value={sumOf(lately)} people={people} />}
        />
      }
    >
      <BarChart label={t('home.joined')} days={wide} lately={period} fill="var(--text-2)" />
      <Axis days={wide} middle={t('home.highest', { count: number(peak(wide)) })} />
    </Chart>
  );
}

function Active({ wide, period }: ChartProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const today = wide.at(-1);
  const mean = meanADay(wide, period);
  const said =
    mean.lately === null || mean.before === null
      ? t('home.highest', { count: number(peak(wide)) })
      : t('home.mean_before', { mean: number(mean.lately), before: number(mean.before) });
  return (
    <Chart
      title={t('home.active')}
      figure={
        <Trans
          i18nKey="home.count_today"
          components={{ n: <Count value={today?.count ?? 0} people={today?.people} /> }}
        />
      }
    >
      <CurveChart label={t('home.active')} days={wide} lately={period} fill="var(--text-2)" />
      <Axis days={wide} middle={said} />
    </Chart>
  );
}

/**
 * Each person is told once, on the day of their latest block: who blocked before and again lately is missing from the
 * time before, which is therefore neither told nor drawn.
 */
function Blocked({ home, period }: { home: Home; period: number }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { blocked_by_day: daily, blocked_in_days: sum } = home;
  return (
    <Chart
      title={t('home.blocked_title')}
      figure={
        <InDays
          days={period}
          before={null}
          count={<Count value={sum.count} people={sum.people} />}
        />
      }
    >
      <BarChart
        label={t('home.blocked_title')}
        days={daily}
        lately={period}
        fill="var(--bad-fill)"
      />
      <Axis days={daily} middle={t('home.highest', { count: number(peak(daily)) })} />
    </Chart>
  );
}

/** Joined, active and blocked, a day a step; `before` looks back further for the first two, and is there a little later. */
export function DailyCharts({
  home,
  before,
  days,
}: {
  home: Home;
  before: Home | undefined;
  days: number;
}) {
  const wide = before ?? home;
  return (
    <div className="columns three section">
      <Joined wide={wide.joined} period={days} />
      <Active wide={wide.active} period={days} />
      <Blocked home={home} period={days} />
    </div>
  );
}
