import { SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { both } from '@/api/expressions';
import { previewQuery } from '@/api/queries';
import type { BreakdownBy, Expression, Preview } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { StageBadge, useStageColor } from '@/ui/StageBadge';

const ROWS_MAX = 8;

function partOf(by: BreakdownBy, key: string): Expression | null {
  if (by === 'stage') return { stage: { in: [key] } };
  if (by === 'tag') return { tag: { has: key } };
  if (by === 'language') return key ? { profile: { field: 'language', in: [key] } } : null;
  return key ? { source: { link: key } } : null;
}

function Rows({
  preview,
  by,
  expression,
  stale,
}: {
  preview: Preview | undefined;
  stale: boolean;
  by: BreakdownBy;
  expression: Expression;
}) {
  const { t } = useTranslation();
  const { number, percent, language } = useFormat();
  const color = useStageColor();
  const rows = [...(preview?.breakdown ?? [])].sort((a, b) => b.count - a.count).slice(0, ROWS_MAX);
  const most = rows[0]?.count ?? 1;
  if (preview && rows.length === 0) return <p className="muted">{t('segments.breakdown_none')}</p>;
  /** One person's source has several fields, so that each row says which it is of. */
  const sourced = (name: string, field: string) => (
    <>
      {name}{' '}
      <span className="small faint">
        {t([`person.source.${field}`, 'person.source.other'], { key: field })}
      </span>
    </>
  );
  const label = (name: string, key: string) => {
    if (by === 'stage') return <StageBadge name={name} />;
    if (!key) return <span className="faint">{t('segments.no_value')}</span>;
    if (by === 'language') return language(name);
    return by === 'source' && key.includes('=')
      ? sourced(name, key.slice(0, key.indexOf('=')))
      : name;
  };
  return (
    <ul
      className={by === 'source' ? 'segments-breakdown wide' : 'segments-breakdown'}
      data-stale={stale || undefined}
    >
      {rows.map((row) => {
        const part = partOf(by, by === 'stage' || by === 'tag' ? row.name : row.key);
        const inner = (
          <>
            <span className="cut">{label(row.name, row.key)}</span>
            <Meter
              bare
              value={row.count}
              of={most}
              {...(by === 'stage' ? { fill: color(row.name) } : {})}
            />
            <span className="num">{number(row.count)}</span>
            <span className="num faint">
              {preview && preview.count > 0 ? percent(row.count / preview.count) : ''}
            </span>
          </>
        );
        return (
          <li key={row.key}>
            {part ? (
              <Link to="/contacts" search={{ e: both(expression, part) }}>
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
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/segments/$segmentId' });
  const params = useParams({ from: '/frame/segments/$segmentId' });
  const by = search.by ?? 'source';
  const other = useQuery(previewQuery(bot.id, expression, by));
  return (
    <div className="section columns even">
      <section aria-label={t('segments.by_stage')}>
        <div className="section-head">
          <h2>{t('segments.by_stage')}</h2>
        </div>
        <Rows preview={byStage} by="stage" expression={expression} stale={stale} />
      </section>
      <section aria-label={t(`segments.by_${by}`)}>
        <div className="section-head">
          <h2>{t(`segments.by_${by}`)}</h2>
          <span className="end">
            <SegmentedControl
              aria-label={t('segments.breakdown')}
              value={by}
              onChange={(next) =>
                void navigate({
                  to: '/segments/$segmentId',
                  params,
                  search: {
                    ...search,
                    by: next === 'tag' ? 'tag' : next === 'language' ? 'language' : undefined,
                  },
                  replace: true,
                })
              }
              data={(['source', 'tag', 'language'] as const).map((each) => ({
                value: each,
                label: t(`segments.breakdown_${each}`),
              }))}
            />
          </span>
        </div>
        <Rows
          preview={other.data}
          by={by}
          expression={expression}
          stale={other.isPlaceholderData}
        />
      </section>
    </div>
  );
}
