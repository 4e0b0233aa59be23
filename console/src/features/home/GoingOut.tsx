import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { campaignsQuery } from '@/api/queries';
import type { Campaign } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { OutcomeBar } from '@/ui/bars';
import { CampaignState } from '@/ui/CampaignState';
import { Section } from '@/ui/Page';

function Running({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const { counts } = campaign;
  const toWrite = counts.audience - counts.held_out;
  const done = toWrite - counts.pending - counts.leased;
  const said = { done: number(done), total: number(toWrite) };
  return (
    <li className="home-running">
      <div className="inline">
        <Link to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
          <b>{campaign.name}</b>
        </Link>
        <span className="end">
          <CampaignState campaign={campaign} />
        </span>
      </div>
      <OutcomeBar counts={counts} status={campaign.status} dim={campaign.status === 'paused'} />
      <span className="muted">
        {campaign.finishes_at && campaign.status === 'sending'
          ? t('home.written_finishing', { ...said, time: time(campaign.finishes_at) })
          : t('home.written', said)}
      </span>
    </li>
  );
}

/** How many drafts stand here; the others are with the campaigns. */
const DRAFTS_SHOWN = 3;

/** What is not sent yet. */
function Drafts() {
  const { t } = useTranslation();
  const { date } = useFormat();
  const bot = useBot();
  const drafts = useInfiniteQuery(campaignsQuery(bot.id, 'draft')).data?.pages[0]?.items ?? [];
  return drafts.slice(0, DRAFTS_SHOWN).map((campaign) => (
    <li key={campaign.id}>
      <Link className="cut" to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
        {campaign.name || t('campaigns.unnamed')}
      </Link>
      <span className="end small muted">
        {t('home.draft', { date: date(campaign.created_at) })}
      </span>
    </li>
  ));
}

/** What is being sent now, what is not sent yet, and what was sent last. */
export function GoingOut({ running, recent }: { running: Campaign[]; recent: Campaign[] }) {
  const { t } = useTranslation();
  const { number, date } = useFormat();
  return (
    <Section
      first
      title={t('home.going_out')}
      end={
        <Link className="text-link" to="/campaigns">
          {t('home.all_campaigns')}
        </Link>
      }
    >
      {running.length === 0 && (
        <p className="muted" style={{ paddingBottom: 10 }}>
          {t('home.nothing_going_out')}
        </p>
      )}
      <ul>
        {running.map((campaign) => (
          <Running key={campaign.id} campaign={campaign} />
        ))}
      </ul>
      <ul className="home-recent">
        <Drafts />
        {recent.map((campaign) => (
          <li key={campaign.id}>
            <Link className="cut" to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
              {campaign.name}
            </Link>
            <span className="end small muted">
              {t(campaign.status === 'cancelled' ? 'home.cancelled' : 'home.done', {
                date: date(campaign.finished_at ?? campaign.created_at),
                sent: number(campaign.counts.sent),
              })}
              {campaign.counts.blocked > 0 && (
                <span className="bad">
                  {' '}
                  {t('home.blocked_count', { count: campaign.counts.blocked })}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
