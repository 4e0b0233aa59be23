import { Button, Modal, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshKey, patch, post, Problem } from '@/api/client';
import { campaignsQuery } from '@/api/queries';
import type { Campaign, Message, Template } from '@/api/types';
import { useBot } from '@/api/workspace';
import { Attach } from '@/ui/Attach';
import { useTextFault } from '@/ui/editor/faults';
import { MessageEditor } from '@/ui/editor/MessageEditor';
import { withText } from '@/ui/editor/withText';
import { useProblemText } from '@/ui/states';
import { Bubble } from '@/ui/telegram/Bubble';
import { toast } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';

type From = 'text' | 'campaign';

/** What is saved: its own words, or those of a campaign that was sent. */
interface Draft {
  name: string;
  own: Message;
  from: From;
  campaign: Campaign | undefined;
}

function useSave(
  template: Template | null,
  { name, own, from, campaign }: Draft,
  onClose: () => void,
) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [key] = useState(freshKey);
  return useMutation({
    mutationFn: (over?: string) => {
      if (template)
        return patch('/templates/{id}', {
          params: { path: { id: template.id } },
          body: { name: name.trim(), message: own, version: over ?? template.version },
        });
      const what = from === 'campaign' ? { from_campaign: campaign?.id } : { message: own };
      return post('/templates', { body: { name: name.trim(), ...what } }, key);
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast(t('templates.saved', { name: saved.name }));
      onClose();
    },
  });
}
type Save = ReturnType<typeof useSave>;
const problemOf = ({ error }: Save) => (error instanceof Problem ? error : null);

/** The words of a template, with a file where it has one. */
function OwnMessage({
  own,
  problem,
  onChange,
}: {
  own: Message;
  problem: Problem | null;
  onChange: (own: Message) => void;
}) {
  const { t } = useTranslation();
  const textFault = useTextFault();
  const mediaFault = problem?.field('/message/media');
  return (
    <div className="templates-text">
      <p className="field-label" aria-hidden="true">
        {t('templates.text')}
      </p>
      <MessageEditor
        message={own}
        onChange={(rich) => onChange(withText(own, rich))}
        label={t('templates.text')}
        hint={t('templates.text_hint')}
        caption={Boolean(own.media)}
        error={
          textFault(problem?.errors, '/message') ??
          (mediaFault ? undefined : problem?.field('/message'))
        }
        tools={
          <Attach
            media={own.media}
            onChange={(media) => onChange({ ...own, media })}
            error={mediaFault}
          />
        }
      />
    </div>
  );
}

/** Why it was not saved; where somebody else was faster, whose words stay. */
function NotSaved({ save, onClose }: { save: Save; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const words = useProblemText();
  const problem = problemOf(save);
  if (problem?.code === 'conflict' && problem.current) {
    const theirs = problem.current as Pick<Template, 'name' | 'message' | 'version'>;
    const takeTheirs = () => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      onClose();
    };
    return (
      <div className="failure" role="alert">
        <span className="words">
          <b>{t('templates.conflict')}</b>{' '}
          <span className="muted">{t('segments.conflict_text')}</span>
        </span>
        <Button onClick={takeTheirs}>{t('segments.take_theirs')}</Button>
        <Button onClick={() => save.mutate(theirs.version)}>{t('segments.keep_mine')}</Button>
      </div>
    );
  }
  if (!save.error || (problem?.errors.length ?? 0) > 0) return null;
  return (
    <p className="field-error" role="alert">
      {words(save.error)}
    </p>
  );
}

function useUnready({ name, own, from, campaign }: Draft): string | undefined {
  const { t } = useTranslation();
  if (name.trim() === '') return t('ui.unnamed');
  if (from === 'campaign') return campaign ? undefined : t('templates.campaign_first');
  return own.text?.trim() || own.media ? undefined : t('templates.text_first');
}

/** The campaigns whose message can be taken over; of a template that is there already, none. */
function useSources(template: Template | null): Campaign[] {
  const bot = useBot();
  const query = useInfiniteQuery({ ...campaignsQuery(bot.id), enabled: template === null });
  return query.data?.pages.flatMap((page) => page.items) ?? [];
}

function FromPicker({ from, onChange }: { from: From; onChange: (from: From) => void }) {
  const { t } = useTranslation();
  return (
    <SegmentedControl
      aria-label={t('templates.from_what')}
      value={from}
      onChange={(next) => onChange(next === 'campaign' ? 'campaign' : 'text')}
      data={[
        { value: 'text', label: t('templates.from_text') },
        { value: 'campaign', label: t('templates.from_campaign') },
      ]}
    />
  );
}

interface FormProps {
  template: Template | null;
  onClose: () => void;
}

function Fields({
  template,
  onClose,
  draft,
  sources,
  onChange,
}: FormProps & {
  draft: Draft;
  sources: Campaign[];
  onChange: (change: Partial<Draft>) => void;
}) {
  const { t } = useTranslation();
  const { name, own, from, campaign } = draft;
  const save = useSave(template, draft, onClose);
  const unready = useUnready(draft);
  const problem = problemOf(save);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form className="templates-fields" onSubmit={submit}>
      {!template && sources.length > 0 && (
        <FromPicker from={from} onChange={(next) => onChange({ from: next })} />
      )}
      <TextInput
        data-autofocus
        label={t('templates.name')}
        value={name}
        maxLength={120}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
        error={problem?.field('/name')}
      />
      {from === 'campaign' ? (
        <Select
          label={t('templates.campaign')}
          searchable
          value={campaign ? String(campaign.id) : null}
          onChange={(id) => {
            const chosen = sources.find((each) => String(each.id) === id);
            onChange({ campaign: chosen, name: name || (chosen?.name ?? '') });
          }}
          data={sources.map((each) => ({ value: String(each.id), label: each.name }))}
          error={problem?.field('/from_campaign')}
        />
      ) : (
        <OwnMessage own={own} problem={problem} onChange={(next) => onChange({ own: next })} />
      )}
      <NotSaved save={save} onClose={onClose} />
      <ReasonedButton type="submit" variant="filled" loading={save.isPending} reason={unready}>
        {t('ui.save')}
      </ReasonedButton>
    </form>
  );
}

/** A template is written here, or taken over from a campaign that was sent. Its buttons are edited in the campaign that uses it. */
export function TemplateForm({ template, onClose }: FormProps) {
  const { t } = useTranslation();
  const sources = useSources(template);
  const [draft, setDraft] = useState<Draft>({
    name: template?.name ?? '',
    own: template?.message ?? { text: '', entities: [] },
    from: 'text',
    campaign: undefined,
  });
  const message = draft.from === 'campaign' ? draft.campaign?.message : draft.own;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(template ? 'templates.edit' : 'templates.new')}
      size={720}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <div className="templates-form">
        <Fields
          template={template}
          onClose={onClose}
          draft={draft}
          sources={sources}
          onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
        <div className="tg-wall">
          <Bubble message={message ?? { text: '' }} />
        </div>
      </div>
    </Modal>
  );
}
