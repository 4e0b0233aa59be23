/** The draft in the composer: what is typed, kept in this browser until the server has it, then saved by itself. */
import { useDebouncedCallback } from '@mantine/hooks';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post, Problem } from '@/api/client';
import { everyone } from '@/api/expressions';
import { templatesQuery } from '@/api/queries';
import type { Campaign, CampaignDraft } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { useStillHere } from '@/ui/stillHere';

const SAVE_MS = 700;
/** A server that is away is asked again; nobody has to press anything. */
const AGAIN_MS = 3_000;
const kept = (botId: number) => `muster.draft.${botId}`;

function remembered(botId: number): CampaignDraft | null {
  try {
    return JSON.parse(localStorage.getItem(kept(botId)) ?? 'null') as CampaignDraft | null;
  } catch {
    return null;
  }
}

function draftOf({ bot_id, name, audience, message, held_out_percent }: Campaign): CampaignDraft {
  return { bot_id, name, audience, message, held_out_percent };
}

export function useDraft(campaign: Campaign | null) {
  const { t } = useTranslation();
  const { date } = useFormat();
  const bot = useBot();
  const client = useQueryClient();
  const navigate = useNavigate();
  const isHere = useStillHere('/campaigns/new');
  const search = useSearch({ from: '/frame/campaigns/$campaignId' });
  const [draft, setDraft] = useState<CampaignDraft>(() => {
    if (campaign) return draftOf(campaign);
    const before = search.audience || search.template ? null : remembered(bot.id);
    return (
      before ?? {
        bot_id: bot.id,
        name: t('compose.dated_name', { date: date(Date.now()) }),
        audience: search.audience ?? everyone,
        message: { text: '', entities: [], buttons: [] },
        held_out_percent: 10,
      }
    );
  });
  const server = useRef(campaign);
  const latest = useRef(draft);
  latest.current = draft;
  // The words that the server has, as they stood here.
  const savedText = useRef(JSON.stringify(draft));
  // Someone else saved meanwhile and nobody has said yet whose words stay: nothing is saved until then.
  const undecided = useRef(false);

  const save = useMutation({
    mutationFn: (next: CampaignDraft) => {
      const held = server.current;
      if (!held) return post('/campaigns', { body: next });
      const { name, audience, message, held_out_percent } = next;
      return patch('/campaigns/{id}', {
        params: { path: { id: held.id } },
        body: { name, audience, message, held_out_percent, version: held.version },
      });
    },
    scope: { id: 'campaign-draft' },
    onSuccess: (saved, sent) => {
      undecided.current = false;
      savedText.current = JSON.stringify(sent);
      const first = server.current === null;
      server.current = saved;
      client.setQueryData(['campaign', saved.id], saved);
      localStorage.removeItem(kept(bot.id));
      void client.invalidateQueries({ queryKey: ['campaigns'] });
      if (first && isHere())
        void navigate({
          to: '/campaigns/$campaignId',
          params: { campaignId: saved.id },
          search: {},
          replace: true,
        });
      if (JSON.stringify(sent) !== JSON.stringify(latest.current)) save.mutate(latest.current);
    },
    onError: (error) => {
      // Someone else saved meanwhile: the composer says so and asks; it does not try again by itself.
      const held = server.current;
      if (!(error instanceof Problem) || error.code !== 'conflict' || !error.current || !held)
        return;
      // The server says what differs; whose it is stays.
      server.current = { ...held, ...(error.current as Partial<Campaign>) };
      undecided.current = true;
    },
  });
  const saveSoon = useDebouncedCallback(() => {
    if (!save.isPending && !undecided.current && latest.current.message.text?.trim())
      save.mutate(latest.current);
  }, SAVE_MS);

  const away =
    save.error instanceof Problem && (save.error.status === 0 || save.error.status >= 500);
  const { failureCount, submittedAt } = save;
  const { mutate } = save;
  useEffect(() => {
    if (!away) return;
    const timer = window.setTimeout(() => mutate(latest.current), AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [away, failureCount, submittedAt, mutate]);

  const change = (part: Partial<CampaignDraft>) => {
    const next = { ...latest.current, ...part };
    latest.current = next;
    setDraft(next);
    if (!server.current) localStorage.setItem(kept(bot.id), JSON.stringify(next));
    saveSoon();
  };

  // What someone else saves is taken over at once while nothing was typed here; otherwise the draft keeps the version
  // that it began from, and the server refuses to lay it over theirs unasked.
  useEffect(() => {
    const held = server.current;
    if (!campaign || (held && campaign.version <= held.version) || save.isPending) return;
    if (held && JSON.stringify(latest.current) !== savedText.current) return;
    const theirs = draftOf(campaign);
    server.current = campaign;
    savedText.current = JSON.stringify(theirs);
    setDraft(theirs);
  }, [campaign, save.isPending]);

  const template = useQuery({
    ...templatesQuery(),
    enabled: search.template !== undefined,
  }).data?.items.find((each) => each.id === search.template);
  const used = useRef(false);
  useEffect(() => {
    if (!template || used.current || campaign) return;
    used.current = true;
    change({ message: template.message, name: template.name });
  });

  return {
    draft,
    change,
    save,
    id: server.current?.id ?? null,
    saveNow: () => save.mutateAsync(latest.current),
  };
}
