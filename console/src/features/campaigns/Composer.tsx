import { ActionIcon, Button, Menu, TextInput } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, post, Problem } from '@/api/client';
import { previewQuery } from '@/api/queries';
import type { Campaign, CampaignDraft } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { isWrong } from '@/ui/expression/draft';
import { nameInSentence } from '@/ui/people';
import { Page } from '@/ui/Page';
import { Failure, useProblemText } from '@/ui/states';
import { Bubble } from '@/ui/telegram/Bubble';
import { usePersonValues } from '@/ui/telegram/personValues';
import { Phone } from '@/ui/telegram/Phone';
import { toast, toastFailure } from '@/ui/toast';
import { AudienceStep } from './AudienceStep';
import { CheckStep } from './CheckStep';
import { useDraft } from './draft';
import { useForecast } from './forecast';
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
  const isEmpty = !draft.message.text?.trim() && !draft.message.media;
  const template = useMutation({
    mutationFn: () => post('/templates', { body: { name: draft.name, message: draft.message } }),
    onSuccess: () => {
      toast(t('compose.template_saved', { name: draft.name }));
      void client.invalidateQueries({ queryKey: ['templates'] });
    },
    onError: (error) => toastFailure(t('compose.template_failed'), problem(error)),
  });
  const remove = useMutation({
    mutationFn: () => del('/campaigns/{id}', { params: { path: { id: id ?? 0 } } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      toast(t('compose.draft_deleted', { name: draft.name }));
      void navigate({ to: '/campaigns' });
    },
    onError: (error) => toastFailure(t('compose.delete_failed'), problem(error)),
  });
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <ActionIcon aria-label={t('segments.more')}>
          <IconDots size={16} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={isEmpty} onClick={() => template.mutate()}>
          {t('compose.save_template')}
          {isEmpty && <span className="menu-reason">{t('compose.check_empty')}</span>}
        </Menu.Item>
        <Menu.Item color="var(--bad)" disabled={id === null} onClick={() => remove.mutate()}>
          {t('compose.delete_draft')}
          {id === null && <span className="menu-reason">{t('compose.kept_here')}</span>}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Someone else saved meanwhile: whose words stay is asked. */
function Conflict({ draft }: { draft: ReturnType<typeof useDraft> }) {
  const { t } = useTranslation();
  const { error } = draft.save;
  if (!(error instanceof Problem) || error.code !== 'conflict') return null;
  return (
    <div className="failure" role="alert">
      <span className="words">
        <b>{t('compose.conflict')}</b>
      </span>
      <Button onClick={() => window.location.reload()}>{t('segments.take_theirs')}</Button>
      <Button onClick={() => void draft.saveNow()}>{t('segments.keep_mine')}</Button>
    </div>
  );
}

/** The draft's name: in the bar where there is room for it, above the steps where there is none. */
function NameField({
  draft,
  problem,
  inBar,
}: {
  draft: ReturnType<typeof useDraft>;
  problem: Problem | null;
  inBar: boolean;
}) {
  const { t } = useTranslation();
  const name = t('campaigns.name');
  return (
    <TextInput
      className={inBar ? 'wide-only' : 'phone-only'}
      {...(inBar ? { size: 'xs', 'aria-label': name } : { pt: 16, label: name })}
      value={draft.draft.name}
      onChange={(event) => draft.change({ name: event.currentTarget.value })}
      error={inBar ? Boolean(problem?.field('/name')) : problem?.field('/name')}
    />
  );
}

/** Who, what, when, check: one page that can be left at any time. */
export function Composer({ campaign }: { campaign: Campaign | null }) {
  const { t } = useTranslation();
  const bot = useBot();
  const draft = useDraft(campaign);
  const [canary, setCanary] = useState<number | null>(campaign?.canary ?? CANARY);
  const { message, audience } = draft.draft;
  const written = Boolean(message.text?.trim() || message.media);
  const forecast = useForecast(draft.draft);
  const refused = [draft.save.error, forecast.error].find((error) => error instanceof Problem);
  const problem = refused ?? null;
  const wrong = isWrong(audience) || canary === 0;
  return (
    <Page
      bare
      title={draft.draft.name || t('compose.new_name')}
      crumb={{ label: t('place.campaigns'), to: '/campaigns' }}
      note={<SaveState draft={draft} />}
      actions={
        <>
          <NameField inBar draft={draft} problem={problem} />
          <ComposeMenu id={draft.id} draft={draft.draft} />
        </>
      }
    >
      <div className="campaigns-compose">
        <div className="campaigns-compose-steps">
          <Conflict draft={draft} />
          <NameField inBar={false} draft={draft} problem={problem} />
          <AudienceStep draft={draft.draft} change={draft.change} forecast={forecast} />
          <MessageStep draft={draft.draft} change={draft.change} problem={problem} />
          <WhenStep
            canary={canary}
            onCanary={setCanary}
            forecast={forecast}
            heldOut={draft.draft.held_out_percent ?? 0}
            onHeldOut={(held_out_percent) => draft.change({ held_out_percent })}
          />
          <CheckStep draft={draft.draft} forecast={forecast} change={draft.change} />
          {forecast.error && !problem?.errors.length && (
            <Failure
              error={forecast.error}
              what={t('compose.forecast_failed')}
              retry={forecast.refetch}
            />
          )}
        </div>
        <Preview draft={draft.draft} botId={bot.id} />
        <SendDock
          draft={draft}
          forecast={wrong ? { ...forecast, isError: true } : forecast}
          canary={canary}
          blocked={problem !== null || wrong}
          written={written}
        />
      </div>
    </Page>
  );
}
