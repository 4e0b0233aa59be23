import { SegmentedControl, Slider } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type CSSProperties, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { previewQuery } from '@/api/queries';
import type { Expression, Stages } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Aged } from '@/ui/Figure';
import { Section } from '@/ui/Page';
import { useStageColor, useStageName } from '@/ui/StageBadge';
import { Loaded, Skeleton } from '@/ui/states';
import type { Rule } from './rules';
import {
  type AgeRule,
  ageOf,
  ageRules,
  type Bar,
  barsOf,
  DAYS_MAX,
  peopleLeft,
  sumsOf,
} from './silence';

const HEIGHT = 112;
const percent = (share: number) => `${share * 100}%`;
const sum = (bars: Bar[]) => bars.reduce((all, { count }) => all + count, 0);

/** A bar for each day; what the rule takes is of its colour, what it takes or leaves since the change is pale. */
function Bars({ bars, stage, editable }: { bars: Bar[]; stage: string; editable: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const color = useStageColor();
  const stageName = useStageName();
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const sums = sumsOf(bars);
  const say = ({ day, count }: Bar) =>
    t(day === bars.length - 1 ? 'stages.silence_beyond' : 'stages.silence_day', {
      days: number(day === bars.length - 1 ? day : day + 1),
      count,
      number: number(count),
    });
  return (
    <div
      className={editable ? 'stages-silence-bars' : 'stages-silence-bars still'}
      role="img"
      aria-label={
        sums
          ? t('stages.silence_said', {
              stage: stageName(stage),
              taken: number(sums.taken),
              left: number(sums.left),
            })
          : t('stages.silence_untold', { stage: stageName(stage) })
      }
      style={{ height: HEIGHT }}
    >
      {bars.map((bar) => (
        <span key={bar.day} title={say(bar)}>
          <i
            data-changed={bar.taken === 'partly' || bar.taken !== bar.wasTaken || undefined}
            style={
              {
                height: percent(bar.count / most),
                '--fill':
                  bar.taken === 'not' && bar.wasTaken === 'not' ? 'var(--idle-fill)' : color(stage),
              } as CSSProperties
            }
          />
        </span>
      ))}
    </div>
  );
}

/** Where the age stands among the bars, to be dragged: at the end of its last day. One that ends elsewhere is not. */
function Threshold({
  age,
  bars,
  onChange,
}: {
  age: AgeRule & { days: number };
  bars: Bar[];
  onChange: ((days: number) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const days = (count: number) => `${number(count)} ${t('unit.d', { count })}`;
  const isAmongDays = Number.isInteger(age.days) && age.days <= DAYS_MAX;
  // None where the word at the end stands.
  const marks = [7, 15, 30, 45].filter((day) => day / bars.length < 0.8);
  return (
    <div className="stages-silence-axis" style={{ '--days': bars.length } as CSSProperties}>
      {onChange && isAmongDays && (
        <Slider
          thumbLabel={t('stages.silence_slider')}
          min={0}
          max={bars.length}
          step={1}
          value={Math.min(age.days, bars.length)}
          onChange={(next) => onChange(Math.min(Math.max(1, next), DAYS_MAX))}
          label={(next) => days(next)}
          thumbValueText={days}
        />
      )}
      <div className="stages-silence-days" aria-hidden="true">
        <span>{t('stages.silence_today')}</span>
        {marks.map((day) => (
          <span key={day} style={{ left: percent(day / bars.length) }}>
            {day === marks.at(-1) ? days(day) : number(day)}
          </span>
        ))}
        <span className="end">{t('stages.silence_longer')}</span>
      </div>
    </div>
  );
}

function Chart({
  age,
  was,
  rules,
  onChange,
}: {
  age: AgeRule & { days: number };
  was: number | null;
  rules: Rule[];
  onChange: ((days: number) => void) | undefined;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const query = useQuery(previewQuery(useBot().id, peopleLeft(rules, age.at), 'silence'));
  return (
    <Loaded
      query={query}
      what={t('stages.silence_failed')}
      waiting={<Skeleton width="100%" height={HEIGHT} />}
    >
      {({ breakdown, count }) => {
        const bars = barsOf(breakdown, age, was);
        const told = sum(bars);
        const never = count - told;
        if (count === 0) return <p className="muted">{t('stages.silence_nobody')}</p>;
        return (
          <Aged stale={query.isPlaceholderData}>
            <Bars bars={bars} stage={age.rule.name} editable={onChange !== undefined} />
            <Threshold age={age} bars={bars} onChange={onChange} />
            <p className="small faint">
              {t('stages.silence_of', { count, number: number(count) })}
              {never > 0 &&
                ` ${t('stages.silence_never', { count: never, number: number(never) })}`}
            </p>
          </Aged>
        );
      }}
    </Loaded>
  );
}

/** For how long whoever a rule decides about has been silent, with the age that it asks for. */
export function SilenceChart({
  stages,
  rules,
  onChange,
}: {
  stages: Stages;
  rules: Rule[];
  /** Sets the rule's expression; absent for who may only look. */
  onChange: ((key: string, expression: Expression) => void) | undefined;
}) {
  const { t } = useTranslation();
  const stageName = useStageName();
  const [chosen, setChosen] = useState<string>();
  const ages = ageRules(rules);
  const savedDays = ({ rule, side }: AgeRule) => {
    const saved = stages.items.find((stage) => stage.id === rule.id);
    const age = saved && ageOf(saved.expression);
    return age?.side === side ? age.days : null;
  };
  const isChanged = (age: AgeRule) => savedDays(age) !== age.days;
  const age = ages.find(({ rule }) => rule.key === chosen) ?? ages.find(isChanged) ?? ages.at(-1);
  if (!age) return null;
  const { days, side, rule } = age;
  return (
    <Section
      title={t('stages.silence')}
      note={t('stages.silence_note')}
      end={
        ages.length > 1 && (
          <SegmentedControl
            aria-label={t('stages.silence_rule')}
            value={rule.key}
            onChange={setChosen}
            data={ages.map((each) => ({
              value: each.rule.key,
              label: stageName(each.rule.name) || t('stages.name'),
            }))}
          />
        )
      }
    >
      {days === null ? (
        <p className="muted">{t('stages.wrong')}</p>
      ) : (
        <Chart
          age={{ ...age, days }}
          was={savedDays(age)}
          rules={rules}
          onChange={
            onChange && ((next) => onChange(rule.key, { last_interaction: { [side]: `${next}d` } }))
          }
        />
      )}
    </Section>
  );
}
