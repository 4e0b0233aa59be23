import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { both, type SourceField } from '@/api/expressions';
import { previewQuery } from '@/api/queries';
import type { Expression, Preview } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { Figure } from '@/ui/Figure';
import { StageBadge, useStageColor } from '@/ui/StageBadge';
import { type By, byOf, isSource, sourceFields } from './by';

const ROWS_MAX = 8;

/** A part of the people: how many, and by what they are listed where one can ask for them. */
interface Row {
  key: string;
  label: ReactNode;
  count: number;
  people: Expression | null;
  fill?: string;
}

/** The groups of one field of the source: each person has one value of it, or none. */
function sourceRows(preview: Preview, field: SourceField) {
  const prefix = `${field}=`;
  return preview.breakdown.filter((group) => group.key.startsWith(prefix));
}

/** With who has none of it, which is always shown. */
function withRest(rows: Row[], label: string, count = 0): Row[] {
  const rest = { key: '', label, count, people: null };
  return count > 0 ? [...rows.slice(0, ROWS_MAX - 1), rest] : rows;
}

function useRows() {
  const { t } = useTranslation();
  const { language } = useFormat();
  return (preview: Preview, by: By): Row[] => {
    if (isSource(by)) {
      const rows: Row[] = sourceRows(preview, by).map(({ key, name, count }) => ({
        key,
        label: name,
        count,
        people: { source: { [by]: name } } as Expression,
      }));
      return withRest(rows, t(`segments.without.${by}`), preview.without[by]);
    }
    const rows = preview.breakdown.map(({ key, name, count }): Row =>
      by === 'tag'
        ? { key, label: name, count, people: { tag: { has: name } } }
        : {
            key,
            label: language(name),
            count,
            people: { profile: { field: 'language', in: [key] } },
          },
    );
    return withRest(rows, t('segments.no_value'), preview.without[by]);
  };
}

function Rows({
  rows,
  of,
  expression,
  stale,
}: {
  rows: Row[];
  of: number;
  expression: Expression;
  stale: boolean;
}) {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const shown = [...rows].sort((a, b) => b.count - a.count).slice(0, ROWS_MAX);
  const most = shown[0]?.count ?? 1;
  if (shown.length === 0) return <p className="muted">{t('segments.breakdown_none')}</p>;
  return (
    <ul className="segments-breakdown" data-stale={stale || undefined}>
      {shown.map((row) => {
        const inner = (
          <>
            <span className={row.people ? 'cut' : 'cut faint'}>{row.label}</span>
            <Meter bare value={row.count} of={most} {...(row.fill ? { fill: row.fill } : {})} />
            <span className="num">{number(row.count)}</span>
            <span className="num faint">{of > 0 ? percent(row.count / of) : ''}</span>
          </>
        );
        return (
          <li key={row.key}>
            {row.people ? (
              <Link to="/contacts" search={{ e: both(expression, row.people) }}>
                {inner}
              </Link>
            ) : (
              <span>{inner}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** One thing to break down by, in the address. */
function ByPick({ by }: { by: By }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/segments/$segmentId' });
  const params = useParams({ from: '/frame/segments/$segmentId' });
  const choice = (value: By) => ({ value, label: t(`segments.by.${value}`) });
  return (
    <Select
      size="xs"
      w={{ base: 180, sm: 150 }}
      aria-label={t('segments.breakdown')}
      allowDeselect={false}
      value={by}
      data={[
        { group: t('segments.breakdown_source'), items: sourceFields.map(choice) },
        { group: t('segments.breakdown_else'), items: [choice('tag'), choice('language')] },
      ]}
      onChange={(next) =>
        void navigate({
          to: '/segments/$segmentId',
          params,
          search: { ...search, by: next === 'link' ? undefined : byOf(next) },
          replace: true,
        })
      }
      comboboxProps={{ width: 'max-content' }}
    />
  );
}

/** The same people by stage, and by one other thing. */
export function Breakdowns({
  expression,
  byStage,
  stale,
}: {
  expression: Expression;
  byStage: Preview | undefined;
  stale: boolean;
}) {
  const { t } = useTranslation();
  const bot = useBot();
  const color = useStageColor();
  const rowsOf = useRows();
  const by = useSearch({ from: '/frame/segments/$segmentId' }).by ?? 'link';
  const other = useQuery(previewQuery(bot.id, expression, isSource(by) ? 'source' : by));
  const stages = (byStage?.breakdown ?? []).map(({ name, count }) => ({
    key: name,
    label: <StageBadge name={name} />,
    count,
    people: { stage: { in: [name] } },
    fill: color(name),
  }));
  return (
    <div className="section columns even">
      <section aria-label={t('segments.by_stage')}>
        <div className="section-head">
          <h2>{t('segments.by_stage')}</h2>
        </div>
        {byStage && <Rows rows={stages} of={byStage.count} expression={expression} stale={stale} />}
      </section>
      <section aria-label={t('segments.breakdown')}>
        <div className="section-head">
          <h2>{t('segments.broken_down', { what: t(`segments.by.${by}`) })}</h2>
          <span className="end">
            <ByPick by={by} />
          </span>
        </div>
        <Figure query={other} without={<p className="muted">{t('segments.count_failed')}</p>}>
          {(preview, old) => (
            <Rows
              rows={rowsOf(preview, by)}
              of={preview.count}
              expression={expression}
              stale={old}
            />
          )}
        </Figure>
      </section>
    </div>
  );
}
