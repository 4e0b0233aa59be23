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
import { CampaignState } from '@/ui/CampaignState';
import { Count } from '@/ui/Count';
import { type Column, DataTable } from '@/ui/DataTable';
import { useSentence } from '@/ui/expression/sentence';
import { Page, Section } from '@/ui/Page';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';
import { CampaignsLead } from './CampaignsLead';

/** The name and whom it is for; `showsState`: on a phone its state in their place. */
function useNameColumn(showsState = false): Column<Campaign> {
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
        <span className={showsState ? 'small faint cut wide-only' : 'small faint cut'}>
          {sentence(row.audience)}
        </span>
        {showsState && (
          <span className="phone-only">
            <CampaignState campaign={row} />
          </span>
        )}
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
  const name = useNameColumn(true);
  const columns: Column<Campaign>[] = [
    name,
    {
      key: 'state',
      head: t('campaigns.state'),
      leaves: 2,
      cell: (row) => <CampaignState campaign={row} />,
    },
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

const useReport = (id: number) => useQuery({ ...reportQuery(id, 'stage'), staleTime: 60_000 }).data;

/** A share of those who got it; it opens its people. */
function Share({ id, of }: { id: number; of: 'open_rate' | 'replied' }) {
  const { percent } = useFormat();
  const figure = useReport(id)?.[of];
  if (!figure) return null;
  return (
    <Count value={figure.count} people={figure.people}>
      {percent(figure.share)}
    </Count>
  );
}

/** What it changed in replies, in points over the control group; nothing where that cannot be said. */
function ReplyLift({ id }: { id: number }) {
  const { t } = useTranslation();
  const { signed } = useFormat();
  const lift = useReport(id)?.lift.find((each) => each.measure === 'messages');
  if (!lift?.enough || lift.difference === null) return <span className="faint">–</span>;
  const said = lift.clear ? (lift.difference > 0 ? 'good' : 'bad') : 'faint';
  return (
    <span className={`figure ${said}`} title={t('campaigns.lift_means')}>
      {signed(lift.difference * 100, 1)}
      <span className="unseen">
        {' '}
        {t(lift.clear ? 'campaigns.lift_clear' : 'campaigns.lift_unclear')}
      </span>
    </span>
  );
}

function useResultColumns(): Column<Campaign>[] {
  const { t } = useTranslation();
  const { date } = useFormat();
  const name = useNameColumn();
  return [
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
      cell: (row) => <Share id={row.id} of="open_rate" />,
    },
    {
      key: 'replied',
      head: t('campaigns.replied'),
      num: true,
      leaves: 2,
      cell: (row) => <Share id={row.id} of="replied" />,
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
}

function Results({ rows, onEnd }: { rows: Campaign[]; onEnd: (() => void) | undefined }) {
  const { t } = useTranslation();
  const columns = useResultColumns();
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
  const make = can('send_campaigns') && (
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
          <CampaignsLead all={all} isWhole={!query.hasNextPage} />
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
