import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDebouncedValue } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, post, Problem } from '@/api/client';
import { campaignPreviewQuery, previewQuery } from '@/api/queries';
import type { Campaign, CampaignDraft } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { nameInSentence } from '@/ui/people';
import { Page } from '@/ui/Page';
import { Failure, useProblemText } from '@/ui/states';
import { Bubble } from '@/ui/telegram/Bubble';
import { usePersonValues } from '@/ui/telegram/personValues';
import { Phone } from '@/ui/telegram/Phone';
import { toast } from '@/ui/toast';
import { AudienceStep } from './AudienceStep';
import { CheckStep } from './CheckStep';
import { useDraft } from './draft';
import { MessageStep } from './MessageStep';
import { SendDock } from './SendDock';
import { WhenStep } from './WhenStep';

const CANARY = 150;

function SaveState({ draft }: { draft: ReturnType<typeof useDraft> }) {
  const { t } = useTranslation();
  const { ago } = useFormat();
  const now = useNow(5_000);
  const problem = useProblemText();
  if (draft.save.isPending) return <>{t('compose.saving')}</>;
  if (draft.save.error)
    return (
      <span className="bad">{t('compose.not_saved', { why: problem(draft.save.error) })}</span>
    );
  if (draft.save.isSuccess)
    return <>{t('compose.saved', { ago: ago(Math.min(draft.save.submittedAt, now), now) })}</>;
  return <>{t(draft.id ? 'compose.draft' : 'compose.kept_here')}</>;
}

function Preview({ draft, botId }: { draft: CampaignDraft; botId: number }) {
  const { t } = useTranslation();
  const bot = useBot();
  const sample = useQuery(previewQuery(botId, draft.audience)).data?.sample ?? [];
  const [at, setAt] = useState(0);
  const person = sample[at % Math.max(1, sample.length)];
  const first = person?.name.split(/\s/)[0] ?? '';
  const values = usePersonValues(person);
  return (
    <aside className="campaigns-compose-preview" aria-label={t('compose.preview')}>
      <div className="campaigns-compose-stick">
        <Phone
          name={bot.name}
          note={
            person
              ? t('compose.as_seen_by', { name: nameInSentence(first, 24) || t('ui.no_name') })
              : t('compose.as_seen')
          }
        >
          <Bubble message={draft.message} values={values} />
        </Phone>
        {sample.length > 1 && (
          <Button variant="subtle" onClick={() => setAt(at + 1)}>
            {t('compose.next_person')}
          </Button>
        )}
      </div>
    </aside>
  );
}

function ComposeMenu({ id, draft }: { id: number | null; draft: CampaignDraft }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  const template = useMutation({
    mutationFn: () => post('/templates', { body: { name: draft.name, message: draft.message } }),
    onSuccess: () => {
      toast(t('compose.template_saved', { name: draft.name }));
      void client.invalidateQueries({ queryKey: ['templates'] });
    },
    onError: (error) => toast(problem(error)),
  });
  const remove = useMutation({
    mutationFn: () => del('/campaigns/{id}', { params: { path: { id: id ?? 0 } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      void navigate({ to: '/campaigns' });
    },
    onError: (error) => toast(problem(error)),
  });
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon aria-label={t('segments.more')}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          disabled={!draft.message.text?.trim() && !draft.message.media}
          onClick={() => template.mutate()}
        >
          {t('compose.save_template')}
        </Menu.Item>
        <Menu.Item color="var(--bad)" disabled={id === null} onClick={() => remove.mutate()}>
          {t('compose.delete_draft')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Who, what, when, check: one page that can be left at any time. */
export function Composer({ campaign }: { campaign: Campaign | null }) {
  const { t } = useTranslation();
  const bot = useBot();
  const draft = useDraft(campaign);
  const [canary, setCanary] = useState<number | null>(campaign?.canary ?? CANARY);
  const [asked] = useDebouncedValue(draft.draft, 400);
  const written = Boolean(asked.message.text?.trim() || asked.message.media);
  const forecast = useQuery(campaignPreviewQuery(asked));
  const fields =
    draft.save.error instanceof Problem
      ? draft.save.error
      : forecast.error instanceof Problem
        ? forecast.error
        : null;
  const conflict = draft.save.error instanceof Problem && draft.save.error.code === 'conflict';
  return (
    <Page
      bare
      title={draft.draft.name || t('compose.new_name')}
      crumb={{ label: t('place.campaigns'), to: '/campaigns' }}
      note={<SaveState draft={draft} />}
      actions={
        <>
          <TextInput
            size="xs"
            className="wide-only"
            aria-label={t('campaigns.name')}
            value={draft.draft.name}
            onChange={(event) => draft.change({ name: event.currentTarget.value })}
            error={Boolean(fields?.field('/name'))}
          />
          <ComposeMenu id={draft.id} draft={draft.draft} />
        </>
      }
    >
      <div className="campaigns-compose">
        <div className="campaigns-compose-steps">
          {conflict && (
            <div className="failure" role="alert">
              <span className="words">
                <b>{t('compose.conflict')}</b>
              </span>
              <Button onClick={() => window.location.reload()}>{t('segments.take_theirs')}</Button>
              <Button onClick={() => void draft.saveNow()}>{t('segments.keep_mine')}</Button>
            </div>
          )}
          <TextInput
            className="phone-only"
            pt={16}
            label={t('campaigns.name')}
            value={draft.draft.name}
            onChange={(event) => draft.change({ name: event.currentTarget.value })}
            error={fields?.field('/name')}
          />
          <AudienceStep draft={draft.draft} change={draft.change} forecast={forecast.data} />
          <MessageStep draft={draft.draft} change={draft.change} problem={fields} />
          <WhenStep
            canary={canary}
            onCanary={setCanary}
            writesTo={forecast.data?.writes_to}
            heldOut={draft.draft.held_out_percent ?? 0}
            onHeldOut={(held_out_percent) => draft.change({ held_out_percent })}
          />
          <CheckStep draft={draft.draft} forecast={forecast.data} change={draft.change} />
          {forecast.error && !fields?.errors.length && (
            <Failure
              error={forecast.error}
              what={t('compose.forecast_failed')}
              retry={() => void forecast.refetch()}
            />
          )}
        </div>
        <Preview draft={draft.draft} botId={bot.id} />
        <SendDock
          draft={draft}
          forecast={forecast.isError || canary === 0 ? undefined : forecast.data}
          stale={forecast.isPlaceholderData}
          canary={canary}
          blocked={fields !== null || !written || canary === 0}
        />
      </div>
    </Page>
  );
}
