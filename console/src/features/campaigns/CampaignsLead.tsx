import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { isGoingOut } from '@/ui/CampaignState';

const DAYS = 30;
const DAY_MS = 86_400_000;

/** The figure that the page opens with: what was sent lately. Of a list that goes on, only what sends now is known. */
export function CampaignsLead({ all, isWhole }: { all: Campaign[]; isWhole: boolean }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const since = Date.now() - DAYS * DAY_MS;
  const lately = all.filter(({ started_at }) => started_at !== null && started_at >= since);
  const sent = lately.reduce((sum, { counts }) => sum + counts.sent, 0);
  const running = all.filter((campaign) => isGoingOut(campaign.status)).length;
  const sending = t('campaigns.running', { count: running, number: number(running) });
  if (!isWhole) return <p className="muted">{sending}</p>;
  return (
    <>
      <p>
        <span className="lead-figure">{number(sent)}</span>{' '}
        <span className="unit">{t('campaigns.sent_lately', { count: sent, days: DAYS })}</span>
      </p>
      <p className="muted">{sending}</p>
    </>
  );
}
