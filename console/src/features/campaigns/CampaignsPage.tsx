import './campaigns.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { campaignsQuery, reportQuery } from '@/api/queries';
import type { Campaign } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { OutcomeBar } from '@/ui/bars';
import { CampaignState, isGoingOut } from '@/ui/CampaignState';
import { Count } from '@/ui/Count';
import { type Column, DataTable } from '@/ui/DataTable';
import { useSentence } from '@/ui/expression/sentence';
import { Page, Section } from '@/ui/Page';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';

function useNameColumn(): Column<Campaign> {
  const { t } = useTranslation();
  const sentence = useSentence();
  return {
    key: 'name',
    head: t('campaigns.name'),
    cell: (row) => (
      <span className="campaigns-name">
        <Link to="/campaigns/$campaignId" params={{ campaignId: row.id }}>
          <b>{row.name || t('campaigns.unnamed')}</b>
        </Link>
        <span className="small faint cut">{sentence(row.audience)}</span>
      </span>
    ),
  };
}

function Written({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { counts } = campaign;
  if (campaign.status === 'draft')
    return <span className="faint">{t('campaigns.nobody_yet')}</span>;
  const total = counts.audience - counts.held_out;
  return (
    <>
      {t('campaigns.written', {
        done: number(total - counts.pending - counts.leased),
        total: number(total),
      })}
    </>
  );
}

function GoingOut({ rows }: { rows: Campaign[] }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const name = useNameColumn();
  const columns: Column<Campaign>[] = [
    name,
    { key: 'state', head: t('campaigns.state'), cell: (row) => <CampaignState campaign={row} /> },
    {
      key: 'bar',
      head: t('campaigns.outcomes'),
      leaves: 1,
      width: '22%',
      cell: (row) =>
        row.status !== 'draft' && (
          <OutcomeBar counts={row.counts} status={row.status} dim={row.status === 'paused'} />
        ),
    },
    {
      key: 'written',
      head: t('campaigns.people'),
      num: true,
      cell: (row) => <Written campaign={row} />,
    },
    {
      key: 'when',
      head: t('campaigns.finishing'),
      num: true,
      leaves: 2,
      cell: (row) => (row.finishes_at && row.status === 'sending' ? time(row.finishes_at) : ''),
    },
  ];
  return (
    <DataTable
      label={t('campaigns.going_out')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      rowHeight={48}
    />
  );
}

function OpenRate({ id }: { id: number }) {
  const { percent } = useFormat();
  const report = useQuery({ ...reportQuery(id, 'stage'), staleTime: 60_000 }).data;
  if (!report) return <span className="faint"> </span>;
  return (
    <Count value={report.open_rate.count} people={report.open_rate.people}>
      {percent(report.open_rate.share)}
    </Count>
  );
}

function Results({ rows, onEnd }: { rows: Campaign[]; onEnd: (() => void) | undefined }) {
  const { t } = useTranslation();
  const { date } = useFormat();
  const name = useNameColumn();
  const columns: Column<Campaign>[] = [
    name,
    {
      key: 'when',
      head: t('campaigns.when'),
      leaves: 2,
      cell: (row) => <span className="muted">{date(row.finished_at ?? row.created_at)}</span>,
    },
    {
      key: 'bar',
      head: t('campaigns.outcomes'),
      leaves: 1,
      width: '20%',
      cell: (row) => <OutcomeBar counts={row.counts} status={row.status} />,
    },
    {
      key: 'sent',
      head: t('outcome.sent'),
      num: true,
      cell: (row) => (
        <Count value={row.counts.sent} people={{ campaign: { id: row.id, outcome: 'sent' } }} />
      ),
    },
    {
      key: 'open',
      head: t('campaigns.open_rate'),
      num: true,
      cell: (row) => <OpenRate id={row.id} />,
    },
    {
      key: 'blocked',
      head: t('outcome.blocked'),
      num: true,
      leaves: 2,
      cell: (row) => (
        <Count
          value={row.counts.blocked}
          people={{ campaign: { id: row.id, outcome: 'blocked' } }}
        />
      ),
    },
  ];
  return (
    <DataTable
      label={t('campaigns.results')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.id}
      rowHeight={48}
      onEnd={onEnd}
    />
  );
}

/** What is going out, and what was sent. */
export default function CampaignsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const query = useInfiniteQuery(campaignsQuery(bot.id));
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const over = (campaign: Campaign) =>
    campaign.status === 'done' || campaign.status === 'cancelled';
  const going = all.filter((campaign) => !over(campaign));
  const past = all.filter(over);
  const running = going.filter((campaign) => isGoingOut(campaign.status)).length;
  const make = can('write') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} />}
      renderRoot={(props) => (
        <Link {...props} to="/campaigns/$campaignId" params={{ campaignId: 'new' }} />
      )}
    >
      {t('home.campaign')}
    </Button>
  );
  return (
    <Page title={t('place.campaigns')} actions={all.length > 0 ? make : undefined}>
      {query.error && (
        <Failure
          error={query.error}
          what={t('campaigns.failed')}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && !query.error && <SkeletonRows />}
      {query.data && all.length === 0 && (
        <EmptyState title={t('campaigns.empty_title')} action={make}>
          {t('campaigns.empty_text', { count: bot.contacts, number: number(bot.contacts) })}
        </EmptyState>
      )}
      {all.length > 0 && (
        <>
          <p>
            <span className="lead-figure">{number(running)}</span>{' '}
            <span className="unit">{t('campaigns.running', { count: running })}</span>
          </p>
          {going.length > 0 && (
            <Section title={t('campaigns.going_out')}>
              <GoingOut rows={going} />
            </Section>
          )}
          <Section title={t('campaigns.results')} note={t('campaigns.results_note')}>
            {past.length === 0 ? (
              <p className="muted">{t('campaigns.no_results')}</p>
            ) : (
              <Results
                rows={past}
                onEnd={
                  query.hasNextPage && !query.isFetchingNextPage
                    ? () => void query.fetchNextPage()
                    : undefined
                }
              />
            )}
          </Section>
        </>
      )}
    </Page>
  );
}
