import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { homeQuery } from '@/api/queries';
import type { Home } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Aged } from '@/ui/Figure';
import { Section } from '@/ui/Page';
import { StageBadge, useStageColor, useStageName } from '@/ui/StageBadge';
import { Loaded, Skeleton } from '@/ui/states';
import { cellsOf, flowOf, type Node, type Ribbon } from './ribbons';

const HEIGHT = 340;
/** Of the drawing, whose width is stretched to the page's. */
const WIDTH = 100;
const BAR = 1;

/** As people pass through them; a team's own stages come after, in the order of the rules. */
const life = ['new', 'active', 'customer', 'cooling', 'churned'];
const place = (name: string) =>
  (life.indexOf(name.toLowerCase()) + life.length + 1) % (life.length + 1);

function pathOf({ start, end, height }: Ribbon): string {
  const [left, right, middle] = [BAR, WIDTH - BAR, WIDTH / 2];
  return (
    `M${left},${start} C${middle},${start} ${middle},${end} ${right},${end} ` +
    `L${right},${end + height} C${middle},${end + height} ${middle},${start + height} ${left},${start + height} Z`
  );
}

function Labels({ nodes, now }: { nodes: Node[]; now: boolean }) {
  const { t } = useTranslation();
  return (
    <ul className="stages-flow-labels">
      {nodes.map(({ name, count, top, height }) => (
        <li key={name ?? ''} style={{ top: top + height / 2 }}>
          {name === null ? (
            <span className="cut muted">{t('stages.joined_since')}</span>
          ) : (
            <StageBadge name={name} />
          )}
          <Count value={count} people={now && name ? { stage: { in: [name] } } : undefined} />
        </li>
      ))}
    </ul>
  );
}

function Drawing({ home }: { home: Home }) {
  const { t } = useTranslation();
  const { number, list } = useFormat();
  const color = useStageColor();
  const stageName = useStageName();
  const cells = cellsOf(home);
  if (!cells) return <p className="muted">{t('stages.flow_too_long')}</p>;
  const order = home.stages.map(({ name }) => name).sort((a, b) => place(a) - place(b));
  const { origins, ends, ribbons } = flowOf(cells, order, HEIGHT);
  if (ribbons.length === 0) return <p className="muted">{t('stages.flow_nobody')}</p>;
  const say = ({ from, to, count }: Ribbon) =>
    t(from === to ? 'stages.flow_stayed' : 'stages.flow_moved', {
      from: from === null ? t('stages.joined_since') : stageName(from),
      to: stageName(to),
      number: number(count),
    });
  const fill = (name: string | null) => (name === null ? 'var(--line-control)' : color(name));
  return (
    <div className="stages-flow" style={{ height: HEIGHT }}>
      <Labels nodes={origins} now={false} />
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={list(ribbons.map(say), 'conjunction')}
      >
        {ribbons.map((ribbon) => (
          <path
            key={`${ribbon.from} ${ribbon.to}`}
            d={pathOf(ribbon)}
            fill={ribbon.from === ribbon.to ? 'var(--rest)' : color(ribbon.to)}
            opacity={ribbon.from === ribbon.to ? 1 : 0.4}
          >
            <title>{say(ribbon)}</title>
          </path>
        ))}
        {origins.map(({ name, top, height }) => (
          <rect key={name ?? ''} width={BAR} y={top} height={height} fill={fill(name)} />
        ))}
        {ends.map(({ name, top, height }) => (
          <rect key={name} x={WIDTH - BAR} width={BAR} y={top} height={height} fill={fill(name)} />
        ))}
      </svg>
      <Labels nodes={ends} now />
    </div>
  );
}

/** Where people were some days ago and where they are now, both by the saved rules. */
export function StageFlow() {
  const { t } = useTranslation();
  const [days, setDays] = useState(30);
  const query = useQuery(homeQuery(useBot().id, days));
  return (
    <Section
      title={t('stages.flow')}
      note={t('stages.flow_note')}
      end={
        <SegmentedControl
          aria-label={t('home.period')}
          value={String(days)}
          onChange={(next) => setDays(Number(next))}
          data={[30, 90].map((count) => ({
            value: String(count),
            label: t('home.days', { count }),
          }))}
        />
      }
    >
      <Loaded
        query={query}
        what={t('stages.flow_failed')}
        waiting={<Skeleton width="100%" height={HEIGHT} />}
      >
        {(home) => (
          <Aged stale={query.isPlaceholderData}>
            <Drawing home={home} />
          </Aged>
        )}
      </Loaded>
      <p className="small faint">{t('stages.flow_how')}</p>
    </Section>
  );
}
