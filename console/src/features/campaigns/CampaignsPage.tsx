import './campaigns.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { campaignsQuery } from '@/api/queries';
import type { Campaign } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { nextPage } from '@/ui/nextPage';
import { Page, Section } from '@/ui/Page';
import { readSort, type Sort, writeSort } from '@/ui/sorting';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';
import { CampaignsLead } from './CampaignsLead';
import { GoingOut } from './GoingOut';
import { useLists } from './lists';
import { useResultOrder } from './order';
import { Results } from './Results';

/** By what the results are sorted, as the address says. */
function useSort() {
  const navigate = useNavigate();
  const sort = readSort(useSearch({ from: '/frame/campaigns' }).sort);
  const setSort = (next: Sort | undefined) =>
    void navigate({
      to: '/campaigns',
      search: { sort: writeSort(next) },
      replace: true,
      resetScroll: false,
    });
  return [sort, setSort] as const;
}

type CampaignList = ReturnType<typeof useCampaignList>;
const useCampaignList = (botId: number) => useInfiniteQuery(campaignsQuery(botId));

function Lists({ all, query }: { all: Campaign[]; query: CampaignList }) {
  const { t } = useTranslation();
  const bot = useBot();
  const [sort, setSort] = useSort();
  const { key, release, error, retry, inOrder } = useResultOrder(bot.id, all, query, sort);
  const { going, past, news, settle } = useLists(all, {
    key,
    pages: query.data?.pages.length ?? 1,
    inOrder,
  });
  const renewLists = () => {
    release();
    settle();
  };
  const renew = news > 0 && (
    <button type="button" className="text-link small" onClick={renewLists}>
      {t('ui.updated', { count: news })}
    </button>
  );
  return (
    <>
      <CampaignsLead all={all} isWhole={!query.hasNextPage} />
      {going.length > 0 && (
        <Section title={t('campaigns.going_out')} end={renew || undefined}>
          <GoingOut rows={going} />
        </Section>
      )}
      <Section
        title={t('campaigns.results')}
        note={t('campaigns.results_note')}
        end={going.length === 0 && renew ? renew : undefined}
      >
        {error && <Failure error={error} what={t('report.failed')} retry={retry} />}
        {past.length === 0 ? (
          <p className="muted">{t('campaigns.no_results')}</p>
        ) : (
          <Results
            rows={past}
            // A sorted list reads itself to its end.
            onEnd={sort ? undefined : nextPage(query)}
            sort={sort}
            onSort={setSort}
          />
        )}
      </Section>
    </>
  );
}

/** What is going out, and what was sent. */
export default function CampaignsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const query = useCampaignList(bot.id);
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
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
      {all.length > 0 && <Lists all={all} query={query} />}
    </Page>
  );
}
