import { ActionIcon, Button, Menu, Modal } from '@mantine/core';
import { IconDots, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { Campaign } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { useHold } from '@/ui/hold';
import { HoldActions } from '@/ui/HoldActions';
import { useProblemText } from '@/ui/states';
import { toast, toastFailure } from '@/ui/toast';
import { useDuplicate } from './duplicate';

type Act =
  { act: 'pause' | 'resume' | 'cancel' } | { act: 'resolve'; decision: 'leave' | 'resend' };

export function useCampaignActs(campaign: Campaign) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (asked: Act) => {
      const params = { path: { id: campaign.id } };
      return asked.act === 'resolve'
        ? post('/campaigns/{id}/resolve', { params, body: { decision: asked.decision } })
        : post(`/campaigns/{id}/${asked.act}`, { params });
    },
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['campaign', campaign.id] });
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void client.invalidateQueries({ queryKey: ['ledger', campaign.id] });
    },
  });
}

function useSaveTemplate(campaign: Campaign) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  return useMutation({
    mutationFn: () =>
      post('/templates', { body: { name: campaign.name, from_campaign: campaign.id } }),
    onSuccess: () => {
      toast(t('compose.template_saved', { name: campaign.name }));
      void client.invalidateQueries({ queryKey: ['templates'] });
    },
    onError: (error) => toastFailure(t('compose.template_failed'), problem(error)),
  });
}

/** What else can be done with it: buttons in a row, on a phone under one of three points. */
function MoreActions({ campaign, onMessage }: { campaign: Campaign; onMessage: () => void }) {
  const { t } = useTranslation();
  const can = useCan();
  const copy = useDuplicate(campaign);
  const save = useSaveTemplate(campaign);
  const actions = [
    { label: t('campaigns.message'), run: onMessage, isPending: false, may: true },
    {
      label: t('campaigns.duplicate'),
      run: () => copy.mutate(),
      isPending: copy.isPending,
      may: can('send_campaigns'),
    },
    {
      label: t('compose.save_template'),
      run: () => save.mutate(),
      isPending: save.isPending,
      may: can('edit_templates'),
    },
  ].filter(({ may }) => may);
  return (
    <>
      {actions.map(({ label, run, isPending }) => (
        <Button key={label} className="wide-only" loading={isPending} onClick={run}>
          {label}
        </Button>
      ))}
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon className="phone-only" aria-label={t('campaigns.more')}>
            <IconDots size={16} stroke={1.5} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {actions.map(({ label, run }) => (
            <Menu.Item key={label} onClick={run}>
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Before the rest goes out: how many; after a first batch with ten seconds to stop it, else at once. */
function Continue({
  campaign,
  acts,
  onClose,
}: {
  campaign: Campaign;
  acts: ReturnType<typeof useCampaignActs>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { audience, held_out, pending, leased } = campaign.counts;
  const total = audience - held_out;
  const said = { done: number(total - pending - leased), total: number(total) };
  const run = () => acts.mutate({ act: 'resume' }, { onSettled: onClose });
  const hold = useHold(run);
  const label = t('campaigns.resume', { count: pending, number: number(pending) });
  const held = campaign.pause_reason === 'canary';
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('send.continue_title', { count: pending, number: number(pending) })}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <p style={{ paddingBottom: 16 }}>
        {t(held ? 'send.continue_text' : 'send.resume_text', said)}
      </p>
      {held ? (
        <HoldActions
          hold={hold}
          label={label}
          busy={acts.isPending}
          back={{ label: t('send.not_now'), run: onClose }}
        />
      ) : (
        <div className="inline">
          <Button variant="filled" loading={acts.isPending} onClick={run}>
            {label}
          </Button>
          <Button onClick={onClose}>{t('send.not_now')}</Button>
        </div>
      )}
    </Modal>
  );
}

/** Before the rest is given up. */
function Cancel({
  rest,
  acts,
  onClose,
}: {
  rest: number;
  acts: ReturnType<typeof useCampaignActs>;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('campaigns.cancel_title')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <p style={{ paddingBottom: 16 }}>
        {t('campaigns.cancel_text', { count: rest, number: number(rest) })}
      </p>
      <div className="inline">
        <Button
          className="danger"
          onClick={() => acts.mutate({ act: 'cancel' }, { onSettled: onClose })}
        >
          {t('campaigns.cancel_rest')}
        </Button>
        <Button onClick={onClose}>{t('campaigns.go_on')}</Button>
      </div>
    </Modal>
  );
}

export function CampaignControls({
  campaign,
  acts,
  onMessage,
}: {
  campaign: Campaign;
  acts: ReturnType<typeof useCampaignActs>;
  onMessage: () => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const [cancelling, setCancelling] = useState(false);
  const [continuing, setContinuing] = useState(false);
  const may = (act: Act['act']) => can('send_campaigns') && campaign.allowed.includes(act);
  const rest = campaign.counts.pending;
  return (
    <>
      <MoreActions campaign={campaign} onMessage={onMessage} />
      {may('cancel') && (
        <Button className="danger" onClick={() => setCancelling(true)}>
          {t('campaigns.cancel_rest')}
        </Button>
      )}
      {may('pause') && (
        <Button
          variant="filled"
          leftSection={<IconPlayerPause size={14} stroke={1.8} />}
          loading={acts.isPending}
          onClick={() => acts.mutate({ act: 'pause' })}
        >
          {t('campaigns.pause')}
        </Button>
      )}
      {may('resume') && (
        <Button
          variant="filled"
          leftSection={<IconPlayerPlay size={14} stroke={1.8} />}
          onClick={() => setContinuing(true)}
        >
          {t('campaigns.resume', { count: rest, number: number(rest) })}
        </Button>
      )}
      {continuing && may('resume') && (
        <Continue campaign={campaign} acts={acts} onClose={() => setContinuing(false)} />
      )}
      {cancelling && <Cancel rest={rest} acts={acts} onClose={() => setCancelling(false)} />}
    </>
  );
}
