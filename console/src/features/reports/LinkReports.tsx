import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { linksQuery } from '@/api/queries';
import type { CountedPeople, LinkItem } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { CountSteps } from '@/ui/CountSteps';
import { momentCell } from '@/ui/csv';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { type ReportColumn, ReportTable } from './ReportTable';

const utmParts = ['source', 'medium', 'campaign', 'term', 'content'] as const;

/** Of those who started long enough ago to have been retained. */
const keptShare = ({ funnel }: LinkItem) =>
  funnel.kept_of.count > 0 ? funnel.kept.count / funnel.kept_of.count : null;

function useStepColumns(): ReportColumn<LinkItem>[] {
  const { t } = useTranslation();
  const { number, percent } = useFormat();
  const step = (
    key: 'starts' | 'replied' | 'kept',
    more: Pick<ReportColumn<LinkItem>, 'leaves'> = {},
  ): ReportColumn<LinkItem> => {
    const of = (row: LinkItem): CountedPeople => row.funnel[key];
    return {
      key,
      head: t(`links.${key}`),
      num: true,
      ...more,
      value: (row) => of(row).count,
      cell: (row) => (
        <CountSteps
          value={of(row).count}
          people={of(row).people}
          name={t('report.segment_name', { what: t(`links.${key}`), campaign: row.name })}
        />
      ),
    };
  };
  return [
    {
      key: 'visits',
      head: t('links.visits'),
      num: true,
      leaves: 2,
      value: (row) => row.funnel.visits,
      cell: (row) => number(row.funnel.visits),
    },
    step('starts'),
    step('replied', { leaves: 2 }),
    step('kept', { leaves: 2 }),
    {
      key: 'share',
      head: t('reports.kept_share'),
      num: true,
      value: keptShare,
      cell: (row) => percent(keptShare(row)) || <span className="faint">–</span>,
    },
    { key: 'kept_of', head: t('reports.kept_of'), value: (row) => row.funnel.kept_of.count },
    { key: 'again', head: t('reports.again'), value: (row) => row.again.count },
    { key: 'previewers', head: t('reports.previewers'), value: (row) => row.apart.previewers },
    { key: 'crawlers', head: t('reports.crawlers'), value: (row) => row.apart.crawlers },
  ];
}

function useColumns(): ReportColumn<LinkItem>[] {
  const { t } = useTranslation();
  const { date } = useFormat();
  const steps = useStepColumns();
  return [
    {
      key: 'name',
      head: t('reports.link'),
      value: (row) => row.name,
      cell: (row) => (
        <span className="reports-name">
          <Link to="/links/$linkId" params={{ linkId: row.id }}>
            <b>{row.name}</b>
          </Link>
          <span className="small faint cut">
            {[`/l/${row.code}`, row.channel].filter(Boolean).join(' · ')}
          </span>
        </span>
      ),
    },
    { key: 'address', head: t('links.address'), value: (row) => row.url },
    { key: 'channel', head: t('links.channel'), value: (row) => row.channel },
    ...utmParts.map((part) => ({
      key: `utm_${part}`,
      head: `utm_${part}`,
      value: (row: LinkItem) => row.utm[part] ?? null,
    })),
    { key: 'archived', head: t('links.archived'), value: (row) => momentCell(row.archived_at) },
    {
      key: 'created',
      head: t('reports.created'),
      leaves: 1,
      value: (row) => momentCell(row.created_at),
      cell: (row) => <span className="muted">{date(row.created_at)}</span>,
    },
    ...steps,
  ];
}

/** Every link that leads somewhere, from the visit to who was retained, since it was created. */
export function LinkReports() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const query = useQuery(linksQuery(bot.id));
  const columns = useColumns();
  return (
    <Loaded query={query} what={t('links.failed')} waiting={<SkeletonRows />}>
      {({ items }) => {
        if (items.length === 0)
          return (
            <EmptyState
              title={t('links.empty_title')}
              action={
                can('edit_links') && (
                  <Button
                    variant="filled"
                    renderRoot={(props) => (
                      <Link {...props} to="/links" search={{ drawer: 'new' }} />
                    )}
                  >
                    {t('links.new')}
                  </Button>
                )
              }
            >
              {t('links.empty_text')}
            </EmptyState>
          );
        const visits = items.reduce((sum, link) => sum + link.funnel.visits, 0);
        return (
          <ReportTable
            label={t('reports.links')}
            columns={columns}
            rows={items}
            keyOf={(row) => row.id}
            file="links"
            lead={{
              figure: visits,
              unit: t('reports.visits', { count: visits }),
              of: t('reports.to_links', { count: items.length, number: number(items.length) }),
            }}
          />
        );
      }}
    </Loaded>
  );
}
