import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayPeople } from '@/api/types';
import { useFormat } from '@/i18n/format';

const WIDTH = 360;
const HEIGHT = 72;
/** Room above the highest day, so that its line is not cut. */
const TOP = 4;

interface ChartProps {
  label: string;
  days: DayPeople[];
  /** How many of the days at the end are the period itself; what is before it is paler. */
  lately: number;
  /** The colour of the period. */
  fill: string;
}
interface DrawnProps extends ChartProps {
  /** How far up a number reaches; nothing is as high as the ground, whatever the lowest day is. */
  heightOf: (count: number) => number;
}

const EARLIER = 'var(--idle-fill)';
const startOf = ({ days, lately }: ChartProps) => Math.max(0, days.length - lately);

function Bars(props: DrawnProps) {
  const { days, fill, heightOf } = props;
  const step = WIDTH / Math.max(1, days.length);
  return days.map((each, index) => {
    if (each.count === 0) return null;
    const height = Math.max(2, heightOf(each.count));
    return (
      <rect
        key={each.day}
        x={index * step + step * 0.08}
        width={step * 0.84}
        y={HEIGHT - height}
        height={height}
        fill={index < startOf(props) ? EARLIER : fill}
      />
    );
  });
}

function Curve(props: DrawnProps) {
  const { days, fill, heightOf } = props;
  const start = startOf(props);
  // Each point in the middle of its day's place, where the day is opened.
  const points = days.map(
    ({ count }, index) => `${((index + 0.5) / days.length) * WIDTH},${HEIGHT - heightOf(count)}`,
  );
  const line = (of: string[], stroke: string) => (
    <polyline
      points={of.join(' ')}
      fill="none"
      stroke={stroke}
      strokeWidth="1.5"
      vectorEffect="non-scaling-stroke"
    />
  );
  return (
    <>
      {line(points.slice(0, start + 1), EARLIER)}
      {line(points.slice(start), fill)}
    </>
  );
}

const steps: Record<string, (at: number, last: number) => number> = {
  ArrowLeft: (at) => at - 1,
  ArrowRight: (at) => at + 1,
  Home: () => 0,
  End: (_, last) => last,
};

interface DayProps {
  day: DayPeople;
  index: number;
  of: number;
  isShown: boolean;
  /** The one day that the Tab key comes to; from it the arrows lead on. */
  isStop: boolean;
  onShow: (index: number) => void;
}

/** The place of one day: it shows what it holds, and opens the people whom it counts. */
function Day({ day, index, of, isShown, isStop, onShow }: DayProps) {
  const { t } = useTranslation();
  const { day: dayName, number } = useFormat();
  const label = t('home.on_day', { day: dayName(day.day), count: number(day.count) });
  const step = WIDTH / Math.max(1, of);
  const shared = {
    'aria-label': label,
    'data-day': index,
    tabIndex: isStop ? 0 : -1,
    onFocus: () => onShow(index),
    onPointerEnter: () => onShow(index),
  };
  const place = (
    <rect
      x={index * step}
      width={step}
      y={0}
      height={HEIGHT}
      fill={isShown ? 'var(--hover)' : 'transparent'}
    />
  );
  if (day.count === 0)
    return (
      <g role="img" {...shared}>
        {place}
      </g>
    );
  return (
    <Link to="/contacts" search={{ e: day.people }} {...shared}>
      {place}
    </Link>
  );
}

/** What a day holds, above its place; it never leaves the chart. */
function Value({ day, index, of }: { day: DayPeople; index: number; of: number }) {
  const { t } = useTranslation();
  const { day: dayName, number } = useFormat();
  const at = ((index + 0.5) / of) * 100;
  return (
    <span
      className="home-chart-value figure"
      aria-hidden="true"
      style={{ left: `${at}%`, transform: `translateX(-${at}%)` }}
    >
      {t('home.on_day', { day: dayName(day.day), count: number(day.count) })}
    </span>
  );
}

function DayChart(props: ChartProps & { drawn: (props: DrawnProps) => ReactNode }) {
  const { label, days, drawn: Drawn } = props;
  const [shown, setShown] = useState<number | null>(null);
  const svg = useRef<SVGSVGElement>(null);
  const stop = Math.min(shown ?? days.length - 1, days.length - 1);
  const most = Math.max(1, ...days.map(({ count }) => count));
  const onKeyDown = (event: KeyboardEvent) => {
    const next = steps[event.key]?.(stop, days.length - 1);
    if (next === undefined || next < 0 || next >= days.length) return;
    event.preventDefault();
    svg.current?.querySelector<SVGElement>(`[data-day="${next}"]`)?.focus();
  };
  const day = shown === null ? undefined : days[shown];
  return (
    <div
      className="home-chart-box"
      onPointerLeave={() => setShown(null)}
      onBlur={() => setShown(null)}
      onKeyDown={onKeyDown}
    >
      {day && shown !== null && <Value day={day} index={shown} of={days.length} />}
      <svg
        ref={svg}
        className="home-chart"
        role="group"
        aria-label={label}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {days.map((each, index) => (
          <Day
            key={each.day}
            day={each}
            index={index}
            of={days.length}
            isShown={index === shown}
            isStop={index === stop}
            onShow={setShown}
          />
        ))}
        <g pointerEvents="none">
          <Drawn {...props} heightOf={(count) => (count / most) * (HEIGHT - TOP)} />
        </g>
      </svg>
    </div>
  );
}

/** A bar a day. */
export const BarChart = (props: ChartProps) => <DayChart {...props} drawn={Bars} />;
/** A line through the days. */
export const CurveChart = (props: ChartProps) => <DayChart {...props} drawn={Curve} />;
