import './links.css';
import { ActionIcon, Drawer, Select, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshKey, patch, post, Problem } from '@/api/client';
import { botsQuery, flowsQuery, tagsQuery } from '@/api/queries';
import type { Bot, DiversionLink } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { AmountInput } from '@/ui/AmountInput';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { AddressPreview } from './AddressPreview';
import {
  type BotDraft,
  bodyOf,
  codeFrom,
  draftOf,
  isUnweighed,
  type LinkDraft,
  shareOf,
  utmFields,
  weights,
} from './draft';
import { TagPicker } from '@/ui/TagPicker';

interface BotRowProps {
  draft: BotDraft;
  bot: Bot;
  /** Of all people; none while a weight is wrong. */
  share: number | null;
  error: string | undefined;
  onChange: (draft: BotDraft) => void;
  onRemove: (() => void) | undefined;
}

/** One of the bots: its weight among all, and what a start begins. */
function BotRow({ draft, bot, share, error, onChange, onRemove }: BotRowProps) {
  const { t } = useTranslation();
  const { percent } = useFormat();
  const flows = useQuery(flowsQuery(bot.id)).data?.items ?? [];
  return (
    <li className={onRemove ? 'links-bot weighed' : 'links-bot'}>
      <span className="cut">
        <b>{bot.name}</b> <span className="small faint">@{bot.username}</span>
      </span>
      <Select
        className="flow"
        aria-label={t('links.flow', { name: bot.name })}
        placeholder={t('links.no_flow')}
        clearable
        value={draft.flow_id === null ? null : String(draft.flow_id)}
        onChange={(id) => onChange({ ...draft, flow_id: id === null ? null : Number(id) })}
        data={flows.map((flow) => ({ value: String(flow.id), label: flow.name }))}
      />
      {onRemove && (
        <>
          <AmountInput
            w={72}
            {...weights}
            aria-label={t('links.weight', { name: bot.name })}
            value={draft.weight}
            error={error}
            onAmount={(weight) => onChange({ ...draft, weight })}
          />
          <span className="small muted">
            {share !== null && t('links.share_of', { percent: percent(share) })}
          </span>
          <ActionIcon
            variant="subtle"
            aria-label={t('links.remove_bot', { name: bot.name })}
            onClick={onRemove}
          >
            <IconX size={14} stroke={1.5} />
          </ActionIcon>
        </>
      )}
    </li>
  );
}

function BotRows({
  draft,
  onChange,
  error,
}: {
  draft: LinkDraft;
  onChange: (bots: BotDraft[]) => void;
  error: (path: string) => string | undefined;
}) {
  const { t } = useTranslation();
  const all = useQuery(botsQuery()).data?.items ?? [];
  const free = all.filter((bot) => !draft.bots.some((entry) => entry.bot_id === bot.id));
  const several = draft.bots.length > 1;
  return (
    <fieldset className="links-bots">
      <legend>{t('links.bots')}</legend>
      <p className="small muted">{t('links.bots_hint')}</p>
      <ul>
        {draft.bots.map((entry, index) => {
          const bot = all.find((each) => each.id === entry.bot_id);
          if (!bot) return null;
          return (
            <BotRow
              key={entry.bot_id}
              draft={entry}
              bot={bot}
              share={shareOf(draft.bots, index)}
              error={error(`/bots/${index}`)}
              onChange={(next) =>
                onChange(draft.bots.map((each) => (each.bot_id === next.bot_id ? next : each)))
              }
              onRemove={
                several
                  ? () => onChange(draft.bots.filter((each) => each.bot_id !== entry.bot_id))
                  : undefined
              }
            />
          );
        })}
      </ul>
      {free.length > 0 && (
        <Select
          aria-label={t('links.add_bot')}
          placeholder={t('links.add_bot')}
          leftSection={<IconPlus size={14} stroke={1.5} />}
          value={null}
          onChange={(id) =>
            id !== null &&
            onChange([...draft.bots, { bot_id: Number(id), weight: 1, flow_id: null }])
          }
          data={free.map((bot) => ({
            value: String(bot.id),
            label: `${bot.name} @${bot.username}`,
          }))}
        />
      )}
    </fieldset>
  );
}

interface LinkFormProps {
  /** Null makes a new one. */
  link: DiversionLink | null;
  onClose: () => void;
  onSaved: (saved: DiversionLink) => void;
}

/** What is typed, and sending it. */
function useLinkForm({ link, onSaved }: LinkFormProps) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const [key, setKey] = useState(freshKey);
  const [draft, setDraft] = useState(() => draftOf(link, bot));
  const [codeTouched, touchCode] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      link
        ? patch('/links/{id}', { params: { path: { id: link.id } }, body: bodyOf(draft, false) })
        : post('/links', { body: bodyOf(draft, true) }, key),
    onSuccess: (saved) => {
      for (const noun of ['links', 'link', 'tags'])
        void client.invalidateQueries({ queryKey: [noun] });
      toast(t('links.saved', { name: saved.name }));
      onSaved(saved);
    },
  });
  const change = (part: Partial<LinkDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    // What was refused is another request once it was changed.
    if (send.isError) setKey(freshKey());
  };
  return {
    draft,
    send,
    faults: send.error instanceof Problem ? send.error : null,
    change,
    named: (name: string) =>
      change(link || codeTouched ? { name } : { name, code: codeFrom(name) }),
    coded: (code: string) => {
      touchCode(true);
      change({ code });
    },
  };
}
type Form = ReturnType<typeof useLinkForm>;

/** What it is called and where its people come from. */
function NameFields({ form, isNew }: { form: Form; isNew: boolean }) {
  const { t } = useTranslation();
  const bot = useBot();
  const { draft, change, faults } = form;
  const tags = useQuery(tagsQuery(bot.id)).data?.items ?? [];
  return (
    <>
      <TextInput
        data-autofocus
        label={t('links.name')}
        description={t('links.name_hint')}
        maxLength={128}
        value={draft.name}
        onChange={(event) => form.named(event.currentTarget.value)}
        error={faults?.field('/name')}
      />
      {isNew && (
        <TextInput
          label={t('links.code')}
          description={t('links.code_hint')}
          leftSection="/l/"
          leftSectionWidth={32}
          maxLength={64}
          spellCheck={false}
          value={draft.code}
          onChange={(event) => form.coded(event.currentTarget.value)}
          error={faults?.field('/code')}
        />
      )}
      <TextInput
        label={t('links.channel')}
        description={t('links.channel_hint')}
        maxLength={128}
        value={draft.channel}
        onChange={(event) => change({ channel: event.currentTarget.value })}
        error={faults?.field('/channel')}
      />
      <TagPicker
        label={t('links.tags')}
        description={t('links.tags_hint')}
        known={tags.map((tag) => tag.name)}
        maxValues={20}
        value={draft.tags}
        onChange={(names) => change({ tags: names })}
        error={faults?.field('/tags')}
      />
    </>
  );
}

function UtmFields({ form: { draft, change, faults } }: { form: Form }) {
  const { t } = useTranslation();
  return (
    <fieldset className="links-utm">
      <legend>{t('links.utm')}</legend>
      <p className="small muted">{t('links.utm_hint')}</p>
      {utmFields.map((field) => (
        <TextInput
          key={field}
          label={t(`links.utm_${field}`)}
          maxLength={128}
          value={draft.utm[field]}
          onChange={(event) =>
            change({ utm: { ...draft.utm, [field]: event.currentTarget.value } })
          }
          error={faults?.field(`/utm/${field}`)}
        />
      ))}
    </fieldset>
  );
}

/** Making and changing a link, with the address as it will be. */
export function LinkForm(props: LinkFormProps) {
  const { link, onClose } = props;
  const { t } = useTranslation();
  const problem = useProblemText();
  const form = useLinkForm(props);
  const { draft, send, faults } = form;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send.mutate();
  };
  const unready = draft.name.trim() === '' ? t('ui.unnamed') : undefined;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={520}
      title={t(link ? 'links.edit' : 'links.new')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <form className="links-form" onSubmit={submit}>
        <AddressPreview draft={draft} url={link?.url} />
        <NameFields form={form} isNew={link === null} />
        <UtmFields form={form} />
        <BotRows
          draft={draft}
          onChange={(bots) => form.change({ bots })}
          error={(path) => faults?.field(path)}
        />
        {send.error && (faults?.errors.length ?? 0) === 0 && (
          <p className="field-error" role="alert">
            {problem(send.error)}
          </p>
        )}
        <ReasonedButton
          type="submit"
          variant="filled"
          loading={send.isPending}
          reason={isUnweighed(draft.bots) ? t('ui.correct') : unready}
        >
          {t(link ? 'ui.save' : 'links.create')}
        </ReasonedButton>
      </form>
    </Drawer>
  );
}
