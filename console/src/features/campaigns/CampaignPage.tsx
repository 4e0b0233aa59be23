import './campaigns.css';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { campaignQuery } from '@/api/queries';
import type { Campaign } from '@/api/types';
import { useCan } from '@/api/workspace';
import { Page } from '@/ui/Page';
import { Failure, SkeletonRows } from '@/ui/states';
import { Composer } from './Composer';
import { LiveCampaign } from './LiveCampaign';
import { ReadDraft } from './ReadDraft';

const moving = new Set<Campaign['status']>(['starting', 'canary', 'sending']);
/** The outcomes change many times a second; a look a second is enough for the eye. */
const LOOK_MS = 1_000;

/** One campaign: written while a draft, watched while it goes out, read afterwards. */
export default function CampaignPage() {
  const { t } = useTranslation();
  const can = useCan();
  const { campaignId } = useParams({ from: '/frame/campaigns/$campaignId' });
  const query = useQuery({
    ...campaignQuery(campaignId === 'new' ? 0 : campaignId),
    enabled: campaignId !== 'new',
    refetchInterval: ({ state }) => (state.data && moving.has(state.data.status) ? LOOK_MS : false),
  });
  const campaign = campaignId === 'new' ? null : query.data;
  // The composer stays mounted while its draft gets an id, so that nothing typed meanwhile is lost.
  if (campaign === null || campaign?.status === 'draft')
    return can('send_campaigns') ? (
      <Composer campaign={campaign} />
    ) : (
      <ReadDraft campaign={campaign} />
    );
  if (campaign) return <LiveCampaign key={campaign.id} campaign={campaign} />;
  return (
    <Page title={t('place.campaigns')} crumb={{ label: t('place.campaigns'), to: '/campaigns' }}>
      {query.error ? (
        <Failure
          error={query.error}
          what={t('campaigns.failed_single')}
          retry={() => void query.refetch()}
        />
      ) : (
        <SkeletonRows />
      )}
    </Page>
  );
}
