import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import type { DayPeople, Home } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';

const WIDTH = 360;
const HEIGHT = 72;

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

/** Beyond, days are reached with the pointer and by their sum alone: ninety stops of the keyboard help nobody. */
const STOPS_MAX = 31;

/** The place of one day in a chart; it opens the people whom the day counts. */
function DayLink({
  day,
  index,
  of,
  children,
}: {
  day: DayPeople;
  index: number;
  of: number;
  children?: ReactNode;
}) {
  const { t } = useTranslation();
  const { day: dayName, number } = useFormat();
  const step = WIDTH / Math.max(1, of);
  const label = t('home.on_day', { day: dayName(day.day), count: number(day.count) });
  return (
    <Link
      to="/contacts"
      search={{ e: day.people }}
      aria-label={label}
      tabIndex={of > STOPS_MAX ? -1 : 0}
    >
      <title>{label}</title>
      <rect x={index * step} width={step} y={0} height={HEIGHT} fill="transparent" />
      {children}
    </Link>
  );
}

/** A bar a day. */
function Bars({ days, fill }: { days: DayPeople[]; fill: string }) {
  const most = Math.max(1, ...days.map((each) => each.count));
  const step = WIDTH / Math.max(1, days.length);
  return (
    <svg className="home-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      {days.map((each, index) => {
        if (each.count === 0) return null;
        const height = Math.max(2, (each.count / most) * HEIGHT);
        return (
          <DayLink key={each.day} day={each} index={index} of={days.length}>
            <rect
              x={index * step + step * 0.08}
              width={step * 0.84}
              y={HEIGHT - height}
              height={height}
              fill={fill}
            />
          </DayLink>
        );
      })}
    </svg>
  );
}

function Curve({ days }: { days: DayPeople[] }) {
  const values = days.map((each) => each.count);
  // From zero: a quiet week must not look like a fall to nothing.
  const most = Math.max(1, ...values);
  // Each point in the middle of its day's place, where the day is opened.
  const points = values.map(
    (value, index) =>
      `${((index + 0.5) / values.length) * WIDTH},${HEIGHT - (value / most) * (HEIGHT - 4)}`,
  );
  return (
    <svg className="home-chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      <polyline
        points={points.join(' ')}
        fill="none"
        stroke="var(--text-2)"
        strokeWidth="1.5"
        vectorEffect="non-scaling-stroke"
      />
      {days.map(
        (each, index) =>
          each.count > 0 && <DayLink key={each.day} day={each} index={index} of={days.length} />,
      )}
    </svg>
  );
}

const sum = (days: DayPeople[]) => days.reduce((total, each) => total + each.count, 0);
const peak = (days: DayPeople[]) => Math.max(0, ...days.map((each) => each.count));

/** Joined, active and blocked, a day a step. */
export function DailyCharts({ home, days }: { home: Home; days: number }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const joined = sum(home.joined);
  const today = home.active.at(-1);
  const active = today?.count ?? 0;
  return (
    <div className="columns three section">
      <section aria-label={t('home.joined')}>
        <div className="section-head">
          <h2>{t('home.joined')}</h2>
          <span className="end muted">
            <Trans
              i18nKey="home.count_in_days"
              count={days}
              components={{
                n: (
                  <Count
                    value={joined}
                    people={home.joined[0] && { first_seen: { after: home.joined[0].day } }}
                  />
                ),
              }}
            />
          </span>
        </div>
        <Bars days={home.joined} fill="var(--text-2)" />
        <Axis days={home.joined} middle={t('home.highest', { count: number(peak(home.joined)) })} />
      </section>
      <section aria-label={t('home.active')}>
        <div className="section-head">
          <h2>{t('home.active')}</h2>
          <span className="end muted">
            <Trans
              i18nKey="home.count_today"
              components={{
                n: <Count value={active} people={today?.people} />,
              }}
            />
          </span>
        </div>
        <Curve days={home.active} />
        <Axis days={home.active} middle={t('home.highest', { count: number(peak(home.active)) })} />
      </section>
      <section aria-label={t('home.blocked_title')}>
        <div className="section-head">
          <h2>{t('home.blocked_title')}</h2>
          <span className="end muted">
            <Trans
              i18nKey="home.count_in_days"
              count={days}
              components={{
                n: (
                  <Count value={home.blocked_in_days.count} people={home.blocked_in_days.people} />
                ),
              }}
            />
          </span>
        </div>
        <Bars days={home.blocked_by_day} fill="var(--bad-fill)" />
        <Axis
          days={home.blocked_by_day}
          middle={t('home.highest', { count: number(peak(home.blocked_by_day)) })}
        />
      </section>
    </div>
  );
}
