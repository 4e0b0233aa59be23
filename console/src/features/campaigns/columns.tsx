/** What the lists of campaigns show of each. */
import { ActionIcon } from '@mantine/core';
import { IconCopy } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';
import { useCan } from '@/api/workspace';
import { CampaignState } from '@/ui/CampaignState';
import type { Column } from '@/ui/DataTable';
import { useSentence } from '@/ui/expression/sentence';
import { useDuplicate } from './duplicate';

/** The name and whom it is for; `showsState`: on a phone its state in their place. */
export function useNameColumn(showsState = false): Column<Campaign> {
  const { t } = useTranslation();
  const sentence = useSentence();
  return {
    key: 'name',
    head: t('campaigns.name'),
    sortBy: (row) => row.name,
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

function Duplicate({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const copy = useDuplicate(campaign);
  const label = t('campaigns.duplicate_of', { name: campaign.name || t('campaigns.unnamed') });
  return (
    <ActionIcon
      aria-label={label}
      title={t('campaigns.duplicate')}
      loading={copy.isPending}
      onClick={() => copy.mutate()}
    >
      <IconCopy size={16} stroke={1.5} aria-hidden="true" />
    </ActionIcon>
  );
}

/** What can be done with a campaign where it stands; nothing for who may not. */
export function useActionColumns(): Column<Campaign>[] {
  const { t } = useTranslation();
  const can = useCan();
  if (!can('send_campaigns')) return [];
  return [
    {
      key: 'actions',
      head: <span className="unseen">{t('settings.actions')}</span>,
      num: true,
      leaves: 2,
      width: '36px',
      cell: (row) => <Duplicate campaign={row} />,
    },
  ];
}
