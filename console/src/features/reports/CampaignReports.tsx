import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { everyCampaignQuery } from '@/api/queries';
import type { Campaign, Figure, Report } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { inPoints, LiftCell, replyLift, ShareCell, useReports } from '@/ui/campaignFigures';
import { CountSteps } from '@/ui/CountSteps';
import { momentCell } from '@/ui/csv';
import { useSentence } from '@/ui/expression/sentence';
import { EmptyState, Failure, Loaded, SkeletonRows } from '@/ui/states';
import { type ReportColumn, ReportTable } from './ReportTable';

const DAY_MS = 86_400_000;

/** A campaign that was started, with its report once it is there. */
interface Row {
  campaign: Campaign;
  report: Report | undefined;
}

type FigureName = 'open_rate' | 'replied' | 'tagged' | 'converted' | 'blocked_after' | 'opted_out';

const figureOf = ({ report }: Row, key: FigureName): Figure | undefined => report?.[key];

/** A figure as two columns of the file, its people and its share, of which the share is shown. */
function useFigureColumns() {
  const { t } = useTranslation();
  return (
    key: FigureName,
    more: Pick<ReportColumn<Row>, 'leaves'> & { isShown?: boolean } = {},
  ): ReportColumn<Row>[] => {
    const { isShown = true, ...rest } = more;
    const what = t(key === 'open_rate' ? 'report.clicked' : `report.${key}`);
    const cell = (row: Row) => (
      <ShareCell
        figure={figureOf(row, key)}
        name={t('report.segment_name', { what, campaign: row.campaign.name })}
      />
    );
    return [
      {
        key: `${key}_people`,
        head: t('reports.people_of', { what }),
        value: (row) => figureOf(row, key)?.count ?? null,
      },
      {
        key,
        head: t(`report.${key}`),
        fileHead: t('reports.share_of', { what }),
        num: true,
        ...rest,
        value: (row) => figureOf(row, key)?.share ?? null,
        ...(isShown ? { cell } : {}),
      },
    ];
  };
}

/** In points, in the file as on the screen. */
function liftOf({ report }: Row, key: 'difference' | 'low' | 'high'): number | null {
  const share = replyLift(report)?.[key] ?? null;
  return share === null ? null : inPoints(share);
}

function useLiftColumns(): ReportColumn<Row>[] {
  const { t } = useTranslation();
  const bound = (key: 'low' | 'high'): ReportColumn<Row> => ({
    key: `lift_${key}`,
    head: t(`reports.lift_${key}`),
    value: (row) => liftOf(row, key),
  });
  return [
    {
      key: 'lift',
      head: t('reports.lift'),
      num: true,
      leaves: 1,
      value: (row) => liftOf(row, 'difference'),
      cell: ({ report }) => <LiftCell report={report} />,
    },
    bound('low'),
    bound('high'),
    {
      key: 'lift_clear',
      head: t('reports.lift_clear'),
      value: ({ report }) => {
        const lift = replyLift(report);
        return lift ? t(lift.clear ? 'builder.yes' : 'builder.no') : null;
      },
    },
  ];
}

function useCampaignColumns(): ReportColumn<Row>[] {
  const { t } = useTranslation();
  const { date } = useFormat();
  const sentence = useSentence();
  return [
    {
      key: 'name',
      head: t('campaigns.name'),
      value: ({ campaign }) => campaign.name,
      cell: ({ campaign }) => (
        <span className="reports-name">
          <Link to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
            <b>{campaign.name || t('campaigns.unnamed')}</b>
          </Link>
          <span className="small faint cut">{sentence(campaign.audience)}</span>
        </span>
      ),
    },
    {
      key: 'audience',
      head: t('reports.audience'),
      value: ({ campaign }) => sentence(campaign.audience),
    },
    {
      key: 'status',
      head: t('campaigns.state'),
      value: ({ campaign }) => t(`campaign_status.${campaign.status}`),
    },
    {
      key: 'started',
      head: t('reports.started'),
      leaves: 2,
      value: ({ campaign }) => momentCell(campaign.started_at),
      cell: ({ campaign }) => (
        <span className="muted">{date(campaign.started_at ?? campaign.created_at)}</span>
      ),
    },
    {
      key: 'sent',
      head: t('outcome.sent'),
      num: true,
      value: ({ campaign }) => campaign.counts.sent,
      cell: ({ campaign }) => (
        <CountSteps
          value={campaign.counts.sent}
          people={{ campaign: { id: campaign.id, outcome: 'sent' } }}
          name={t('report.segment_name', { what: t('outcome.sent'), campaign: campaign.name })}
        />
      ),
    },
    {
      key: 'held_out',
      head: t('outcome.held_out'),
      value: ({ campaign }) => campaign.counts.held_out,
    },
  ];
}

function useColumns(): ReportColumn<Row>[] {
  const figure = useFigureColumns();
  return [
    ...useCampaignColumns(),
    ...figure('open_rate'),
    ...figure('replied', { leaves: 2 }),
    ...figure('tagged', { isShown: false }),
    ...figure('converted', { leaves: 1 }),
    ...figure('blocked_after', { leaves: 1 }),
    ...figure('opted_out', { isShown: false }),
    ...useLiftColumns(),
  ];
}

function Nothing() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  return (
    <EmptyState
      title={t('campaigns.empty_title')}
      action={
        can('send_campaigns') && (
          <Button
            variant="filled"
            renderRoot={(props) => (
              <Link {...props} to="/campaigns/$campaignId" params={{ campaignId: 'new' }} />
            )}
          >
            {t('home.campaign')}
          </Button>
        )
      }
    >
      {t('campaigns.empty_text', { count: bot.contacts, number: number(bot.contacts) })}
    </EmptyState>
  );
}

function Told({ campaigns }: { campaigns: Campaign[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const reports = useReports(campaigns.map(({ id }) => id));
  const columns = useColumns();
  const sent = campaigns.reduce((sum, { counts }) => sum + counts.sent, 0);
  return (
    <>
      {reports.error && (
        <Failure error={reports.error} what={t('report.failed')} retry={reports.retry} />
      )}
      <ReportTable
        label={t('reports.campaigns')}
        columns={columns}
        rows={campaigns.map((campaign) => ({ campaign, report: reports.of(campaign.id) }))}
        keyOf={({ campaign }) => campaign.id}
        file="campaigns"
        waits={reports.isWhole ? undefined : t('reports.waits')}
        lead={{
          figure: sent,
          unit: t('reports.sent', { count: sent }),
          of: t('reports.by_campaigns', {
            count: campaigns.length,
            number: number(campaigns.length),
          }),
        }}
      />
      <p className="small faint reports-note">{t('reports.campaigns_note')}</p>
    </>
  );
}

/** What the campaigns of some days changed, each beside the others. */
export function CampaignReports() {
  const { t } = useTranslation();
  const bot = useBot();
  const { days = 90 } = useSearch({ from: '/frame/reports' });
  const query = useQuery(everyCampaignQuery(bot.id));
  return (
    <Loaded query={query} what={t('campaigns.failed')} waiting={<SkeletonRows />}>
      {(all) => {
        const started = all.filter(({ started_at }) => started_at !== null);
        if (started.length === 0) return <Nothing />;
        const since = Date.now() - days * DAY_MS;
        const lately = started.filter(({ started_at }) => (started_at ?? 0) >= since);
        return lately.length === 0 ? (
          <EmptyState title={t('reports.none_lately')}>{t('reports.none_lately_text')}</EmptyState>
        ) : (
          <Told campaigns={lately} />
        );
      }}
    </Loaded>
  );
}
