import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { flowsQuery } from '@/api/queries';
import type { Flow } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { momentCell } from '@/ui/csv';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { type ReportColumn, ReportTable } from './ReportTable';

const endedShare = ({ runs }: Flow) => (runs.started > 0 ? runs.ended / runs.started : null);

function useColumns(): ReportColumn<Flow>[] {
  const { t } = useTranslation();
  const { number, percent, date } = useFormat();
  const runs = (
    key: 'started' | 'active' | 'ended',
    head: string,
    more: Pick<ReportColumn<Flow>, 'leaves'> = {},
  ): ReportColumn<Flow> => ({
    key,
    head,
    num: true,
    ...more,
    value: (row) => row.runs[key],
    cell: (row) => number(row.runs[key]),
  });
  return [
    {
      key: 'name',
      head: t('reports.flow'),
      value: (row) => row.name,
      cell: (row) => (
        <Link to="/flows/$flowId" params={{ flowId: row.id }}>
          <b>{row.name}</b>
        </Link>
      ),
    },
    {
      key: 'status',
      head: t('flows.state'),
      leaves: 2,
      value: (row) => t(`flows.status.${row.status}`),
      cell: (row) => <span className="muted">{t(`flows.status.${row.status}`)}</span>,
    },
    { key: 'version', head: t('flows.version_head'), value: (row) => row.version },
    {
      key: 'changed',
      head: t('flows.changed_head'),
      leaves: 1,
      value: (row) => momentCell(row.updated_at),
      cell: (row) => <span className="muted">{date(row.updated_at)}</span>,
    },
    runs('started', t('flows.runs')),
    runs('active', t('flows.active'), { leaves: 2 }),
    runs('ended', t('flows.ended'), { leaves: 2 }),
    {
      key: 'share',
      head: t('reports.ended_share'),
      num: true,
      value: endedShare,
      cell: (row) => percent(endedShare(row)) || <span className="faint">–</span>,
    },
  ];
}

/** Every flow: how many entered, how many are in it, how many came to an end. */
export function FlowReports() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const query = useQuery(flowsQuery(bot.id));
  const columns = useColumns();
  return (
    <Loaded query={query} what={t('flows.failed')} waiting={<SkeletonRows />}>
      {({ items }) => {
        if (items.length === 0)
          return (
            <EmptyState
              title={t('flows.empty_title')}
              action={
                <Button renderRoot={(props) => <Link {...props} to="/flows" />}>
                  {t('reports.to_flows')}
                </Button>
              }
            >
              {t('flows.empty_text')}
            </EmptyState>
          );
        const started = items.reduce((sum, flow) => sum + flow.runs.started, 0);
        return (
          <ReportTable
            label={t('reports.flows')}
            columns={columns}
            rows={items}
            keyOf={(row) => row.id}
            file="flows"
            lead={{
              figure: started,
              unit: t('reports.runs', { count: started }),
              of: t('reports.in_flows', { count: items.length, number: number(items.length) }),
            }}
          />
        );
      }}
    </Loaded>
  );
}
