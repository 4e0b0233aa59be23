import { useTranslation } from 'react-i18next';
import type { Campaign, Report } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { OutcomeBar } from '@/ui/bars';
import { LiftCell, replyLift, ShareCell, useReport } from '@/ui/campaignFigures';
import { CountSteps } from '@/ui/CountSteps';
import { type Column, DataTable } from '@/ui/DataTable';
import type { Sort, SortColumn } from '@/ui/sorting';
import { useActionColumns, useNameColumn } from './columns';

/** What is sorted by the report of each campaign, which is read for that. */
const reported = {
  open: (report: Report | undefined) => report?.open_rate.share ?? null,
  replied: (report: Report | undefined) => report?.replied.share ?? null,
  lift: (report: Report | undefined) => replyLift(report)?.difference ?? null,
  blocked: (report: Report | undefined) => report?.blocked_after.share ?? null,
};
const isReported = (key: string): key is keyof typeof reported => Object.hasOwn(reported, key);
export const needsReports = (sort: Sort | undefined) => sort !== undefined && isReported(sort.key);

const endOf = (row: Campaign) => row.finished_at ?? row.created_at;

/** What the results are sorted by; `reportOf` knows the reports that were read. */
export const resultOrders = (
  reportOf: (id: number) => Report | undefined,
): SortColumn<Campaign>[] => [
  { key: 'name', sortBy: (row) => row.name },
  { key: 'when', sortBy: endOf },
  { key: 'sent', sortBy: (row) => row.counts.sent },
  ...Object.entries(reported).map(([key, of]) => ({
    key,
    sortBy: (row: Campaign) => of(reportOf(row.id)),
  })),
];

function Share({
  campaign,
  of,
}: {
  campaign: Campaign;
  of: 'open_rate' | 'replied' | 'blocked_after';
}) {
  const { t } = useTranslation();
  const what = t(of === 'open_rate' ? 'report.clicked' : `report.${of}`);
  const report = useReport(campaign.id);
  return (
    <ShareCell
      figure={report?.[of]}
      name={t('report.segment_name', { what, campaign: campaign.name })}
    />
  );
}

const ReplyLift = ({ id }: { id: number }) => <LiftCell report={useReport(id)} />;

function SentCount({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  return (
    <CountSteps
      value={campaign.counts.sent}
      people={{ campaign: { id: campaign.id, outcome: 'sent' } }}
      name={t('report.segment_name', { what: t('outcome.sent'), campaign: campaign.name })}
    />
  );
}

function useColumns(): Column<Campaign>[] {
  const { t } = useTranslation();
  const { date } = useFormat();
  const columns: Column<Campaign>[] = [
    useNameColumn(),
    {
      key: 'when',
      head: t('campaigns.when'),
      leaves: 2,
      cell: (row) => <span className="muted">{date(endOf(row))}</span>,
    },
    {
      key: 'bar',
      head: t('campaigns.outcomes'),
      leaves: 1,
      width: '18%',
      cell: (row) => <OutcomeBar counts={row.counts} status={row.status} />,
    },
    {
      key: 'sent',
      head: t('outcome.sent'),
      num: true,
      cell: (row) => <SentCount campaign={row} />,
    },
    {
      key: 'open',
      head: t('campaigns.open_rate'),
      num: true,
      cell: (row) => <Share campaign={row} of="open_rate" />,
    },
    {
      key: 'replied',
      head: t('campaigns.replied'),
      num: true,
      leaves: 2,
      cell: (row) => <Share campaign={row} of="replied" />,
    },
    {
      key: 'lift',
      head: t('campaigns.lift'),
      num: true,
      leaves: 1,
      cell: (row) => <ReplyLift id={row.id} />,
    },
    {
      key: 'blocked',
      head: t('report.blocked_after'),
      num: true,
      leaves: 2,
      cell: (row) => <Share campaign={row} of="blocked_after" />,
    },
    ...useActionColumns(),
  ];
  const orders = resultOrders(() => undefined);
  return columns.map((column) => {
    const order = orders.find(({ key }) => key === column.key);
    return order?.sortBy ? { ...column, sortBy: order.sortBy } : column;
  });
}

interface ResultsProps {
  rows: Campaign[];
  onEnd: (() => void) | undefined;
  sort: Sort | undefined;
  onSort: (sort: Sort | undefined) => void;
}

/** Campaigns that are over, with what each changed. */
export function Results({ rows, onEnd, sort, onSort }: ResultsProps) {
  const { t } = useTranslation();
  const columns = useColumns();
  return (
    <DataTable
      label={t('campaigns.results')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      rowHeight={48}
      onEnd={onEnd}
      sort={sort}
      onSort={onSort}
    />
  );
}
