import { useTranslation } from 'react-i18next';
import type { Campaign } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { OutcomeBar } from '@/ui/bars';
import { CampaignState } from '@/ui/CampaignState';
import { type Column, DataTable } from '@/ui/DataTable';
import { useActionColumns, useNameColumn } from './columns';

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

/** Campaigns that are sent now, and those that are not sent yet. */
export function GoingOut({ rows }: { rows: Campaign[] }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const columns: Column<Campaign>[] = [
    useNameColumn(true),
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
    ...useActionColumns(),
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
