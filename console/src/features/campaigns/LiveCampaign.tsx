import { Button, Drawer } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Campaign, CampaignOutcome, Expression } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { PartsBar, PartsLegend, useOutcomeParts } from '@/ui/bars';
import { CampaignState } from '@/ui/CampaignState';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { Page } from '@/ui/Page';
import { Failure } from '@/ui/states';
import { Bubble } from '@/ui/telegram/Bubble';
import { CampaignControls, useCampaignActs } from './CampaignControls';
import { Ledger } from './Ledger';
import { ReportSection } from './ReportSection';

function Lead({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { number, time, dateTime, length } = useFormat();
  const { counts } = campaign;
  const total = counts.audience - counts.held_out;
  const { status, started_at, finished_at, finishes_at, rate_per_second } = campaign;
  return (
    <div className="campaigns-lead" aria-live="polite">
      <span>
        <span className="lead-figure figure">{number(counts.sent)}</span>{' '}
        <span className="unit">{t('campaigns.of_written', { total: number(total) })}</span>
      </span>
      {status === 'done' && started_at && finished_at && (
        <span>
          {t('campaigns.finished', {
            at: dateTime(finished_at),
            length: length(finished_at - started_at),
          })}
        </span>
      )}
      {finishes_at !== null && status === 'sending' && (
        <span>
          {t('campaigns.finishes', {
            length: length(finishes_at - Date.now()),
            time: time(finishes_at),
          })}
        </span>
      )}
      {rate_per_second !== null &&
        rate_per_second > 0 &&
        (status === 'sending' || status === 'canary') && (
          <span className="muted">{t('campaigns.rate', { rate: rate_per_second.toFixed(1) })}</span>
        )}
      {counts.left_out > 0 && (
        <span className="small faint">
          {t('campaigns.left_out', { count: counts.left_out, number: number(counts.left_out) })}
        </span>
      )}
    </div>
  );
}

function Paused({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (campaign.status !== 'paused') return null;
  const rest = campaign.counts.pending;
  const { audience, held_out, leased } = campaign.counts;
  const sent = audience - held_out - leased - rest;
  return (
    <p className="callout" role="status">
      {campaign.pause_reason === 'canary'
        ? t('campaigns.canary_done', { count: rest, number: number(rest), sent: number(sent) })
        : t(`campaigns.paused_${campaign.pause_reason ?? 'member'}`)}
      {campaign.pause_detail ? ` ${campaign.pause_detail}` : ''}
    </p>
  );
}

function Unknowns({
  campaign,
  acts,
}: {
  campaign: Campaign;
  acts: ReturnType<typeof useCampaignActs>;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const { unknown } = campaign.counts;
  if (
    unknown === 0 ||
    !can('send_campaigns') ||
    !campaign.allowed.includes('resolve') ||
    campaign.status === 'sending' ||
    campaign.status === 'canary'
  )
    return null;
  return (
    <div className="callout warn-ground campaigns-unknown" role="status">
      <span>{t('campaigns.unknown', { count: unknown })}</span>
      <Button
        loading={acts.isPending}
        onClick={() => acts.mutate({ act: 'resolve', decision: 'leave' })}
      >
        {t('campaigns.leave')}
      </Button>
      <Button
        loading={acts.isPending}
        onClick={() => acts.mutate({ act: 'resolve', decision: 'resend' })}
      >
        {t('campaigns.resend')}
      </Button>
    </div>
  );
}

/** A campaign that was started: how it goes, what it did, and everyone in it. */
export function LiveCampaign({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation();
  const acts = useCampaignActs(campaign);
  const parts = useOutcomeParts(campaign.counts, campaign.status);
  const [message, setMessage] = useState(false);
  const people = (key: string): Expression => ({
    campaign: {
      id: campaign.id,
      outcome: key === 'not_yet' ? 'pending' : (key as CampaignOutcome),
    },
  });
  return (
    <Page
      title={campaign.name}
      crumb={{ label: t('place.campaigns'), to: '/campaigns' }}
      note={<CampaignState campaign={campaign} />}
      actions={
        <CampaignControls campaign={campaign} acts={acts} onMessage={() => setMessage(true)} />
      }
    >
      {acts.error && <Failure error={acts.error} what={t('campaigns.act_failed')} />}
      <Lead campaign={campaign} />
      <PartsBar parts={parts} height={20} dim={campaign.status === 'paused'} />
      <PartsLegend parts={parts} total={campaign.counts.audience} people={people} />
      <div className="campaigns-notices">
        <Paused campaign={campaign} />
        <Unknowns campaign={campaign} acts={acts} />
      </div>
      <ReportSection campaign={campaign} />
      <Ledger campaign={campaign} />
      {message && (
        <Drawer
          opened
          onClose={() => setMessage(false)}
          position="right"
          size={400}
          title={t('campaigns.message')}
          closeButtonProps={{ 'aria-label': t('ui.close') }}
        >
          <p className="muted" style={{ paddingBottom: 12 }}>
            <ExpressionSentence expression={campaign.audience} />
          </p>
          <div className="tg-wall">
            <Bubble message={campaign.message} />
          </div>
        </Drawer>
      )}
    </Page>
  );
}
