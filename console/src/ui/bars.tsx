import './figures.css';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignCounts, CampaignStatus, Expression, Outcome } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Count } from './Count';

export interface Part {
  key: string;
  label: string;
  value: number;
  fill: string;
  look?: 'hatched' | 'outlined';
}

const styleOf = (part: Part) => ({ '--part': part.value, '--fill': part.fill }) as CSSProperties;

/** One bar whose parts sum to the whole. Empty parts are left out; the sentence for a screen reader names all. */
export function PartsBar({
  parts,
  height = 12,
  dim = false,
}: {
  parts: Part[];
  height?: number;
  dim?: boolean;
}) {
  const { number, list } = useFormat();
  const { t } = useTranslation();
  const label = list(
    parts.map((part) => t('ui.part', { name: part.label, count: number(part.value) })),
    'conjunction',
  );
  return (
    <div
      className={dim ? 'parts-bar dim' : 'parts-bar'}
      style={{ '--bar-height': `${height}px` } as CSSProperties}
      role="img"
      aria-label={label}
    >
      {parts
        .filter((part) => part.value > 0)
        .map((part) => (
          <i key={part.key} className={part.look} style={styleOf(part)} />
        ))}
    </div>
  );
}

/** The outcomes of a campaign in their fixed order; they sum to the audience. */
export function useOutcomeParts(counts: CampaignCounts, status?: CampaignStatus): Part[] {
  const { t } = useTranslation();
  const part = (key: string, value: number, fill: string, look?: Part['look']): Part => ({
    key,
    value,
    fill,
    label: t(`outcome.${key}`),
    ...(look ? { look } : {}),
  });
  return [
    part('held_out', counts.held_out, 'var(--bg)', 'outlined'),
    part('sent', counts.sent, 'var(--good-fill)'),
    part('blocked', counts.blocked, 'var(--bad-fill)'),
    part('failed', counts.failed, 'var(--warn-fill)'),
    part('skipped', counts.skipped, 'var(--idle-fill)'),
    part('unknown', counts.unknown, 'var(--hatch)', 'hatched'),
    // What a cancelled campaign has left is not still to come.
    {
      ...part('not_yet', counts.pending + counts.leased, 'var(--rest)'),
      ...(status === 'cancelled' ? { label: t('outcome.never') } : {}),
    },
  ];
}

const outcomeLook: Record<Outcome, [fill: string, look?: Part['look']]> = {
  held_out: ['var(--bg)', 'outlined'],
  sent: ['var(--good-fill)'],
  blocked: ['var(--bad-fill)'],
  failed: ['var(--warn-fill)'],
  skipped: ['var(--idle-fill)'],
  unknown: ['var(--hatch)', 'hatched'],
  pending: ['var(--rest)'],
  leased: ['var(--rest)'],
};

/** Whether a name is one of an outcome. */
export const isOutcome = (name: string): name is Outcome => Object.hasOwn(outcomeLook, name);

/** One person's outcome: its mark and its name. */
export function OutcomeName({ outcome }: { outcome: Outcome }) {
  const { t } = useTranslation();
  const [fill, look = ''] = outcomeLook[outcome];
  return (
    <span className="outcome-name">
      <i
        className={`swatch ${look}`}
        style={{ '--fill': fill } as CSSProperties}
        aria-hidden="true"
      />
      {t(`outcome.${outcome}`)}
    </span>
  );
}

export function OutcomeBar({
  counts,
  status,
  height = 10,
  dim = false,
}: {
  counts: CampaignCounts;
  status: CampaignStatus;
  height?: number;
  dim?: boolean;
}) {
  return <PartsBar parts={useOutcomeParts(counts, status)} height={height} dim={dim} />;
}

/** Names, figures and shares under a bar of parts. */
export function PartsLegend({
  parts,
  total,
  people,
}: {
  parts: Part[];
  total: number;
  people: (key: string) => Expression | undefined;
}) {
  const { percent } = useFormat();
  return (
    <div className="legend" style={{ '--columns': parts.length } as CSSProperties}>
      {parts.map((part) => (
        <div key={part.key}>
          <span className="name">
            <i className={`swatch ${part.look ?? ''}`} style={styleOf(part)} aria-hidden="true" />
            {part.label}
          </span>
          <Count value={part.value} people={people(part.key)} size="mid" />
          <span className="small faint share">{total > 0 ? percent(part.value / total) : ''}</span>
        </div>
      ))}
    </div>
  );
}

/** An amount against the largest of its list, or against a limit. Says nothing by itself: the number stands beside it. */
export function Meter({
  value,
  of,
  fill,
  bare = false,
}: {
  value: number;
  of: number;
  fill?: string;
  bare?: boolean;
}) {
  const share = of > 0 ? Math.min(100, (value / of) * 100) : 0;
  return (
    <span className={bare ? 'meter bare' : 'meter'} aria-hidden="true">
      <i style={{ '--part': `${share}%`, ...(fill ? { '--fill': fill } : {}) } as CSSProperties} />
    </span>
  );
}

/** A difference with its interval on a shared scale of points; green or red only where it is clear of zero. */
export function Interval({
  low,
  high,
  middle,
  scale,
  clear,
  harm = false,
}: {
  low: number;
  high: number;
  middle: number;
  scale: number;
  clear: boolean;
  harm?: boolean;
}) {
  const place = (value: number) =>
    `${Math.min(100, Math.max(0, ((value + scale) / (2 * scale)) * 100))}%`;
  const better = harm ? middle < 0 : middle > 0;
  const fill = clear ? (better ? 'var(--good-fill)' : 'var(--bad-fill)') : 'var(--line-control)';
  return (
    <span
      className="interval"
      aria-hidden="true"
      style={
        {
          '--zero': place(0),
          '--low': place(low),
          '--high': place(high),
          '--middle': place(middle),
          '--fill': fill,
        } as CSSProperties
      }
    >
      <i />
      <b />
    </span>
  );
}
