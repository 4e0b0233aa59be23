import './figures.css';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';

const looks: Record<Campaign['status'], string> = {
  draft: '',
  starting: 'go',
  canary: 'go',
  sending: 'go',
  paused: 'halt',
  done: '',
  cancelled: '',
};
const fills: Record<Campaign['status'], string> = {
  draft: 'var(--line-control)',
  starting: 'var(--good-fill)',
  canary: 'var(--good-fill)',
  sending: 'var(--good-fill)',
  paused: 'var(--warn-fill)',
  done: 'var(--good-fill)',
  cancelled: 'var(--idle-fill)',
};

/** Whether messages leave now; a campaign that is paused stands still. */
export const isGoingOut = (status: Campaign['status']) =>
  status === 'starting' || status === 'canary' || status === 'sending';

/** Where a campaign is, and why when it stands still. */
export function CampaignState({
  campaign,
}: {
  campaign: Pick<Campaign, 'status' | 'pause_reason'>;
}) {
  const { t } = useTranslation();
  const stopped =
    campaign.status === 'paused' && campaign.pause_reason && campaign.pause_reason !== 'member';
  return (
    <span className={`pill ${looks[campaign.status]}`}>
      <span className="status-dot">
        <i style={{ background: fills[campaign.status] }} />
      </span>
      {stopped ? t(`pause.${campaign.pause_reason}`) : t(`campaign_status.${campaign.status}`)}
    </span>
  );
}
