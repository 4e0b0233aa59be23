import { Button, Modal, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { freshKey, patch, post, Problem } from '@/api/client';
import { campaignsQuery } from '@/api/queries';
import type { Message, Template } from '@/api/types';
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

/** A template is written here, or taken over from a campaign that was sent. Its buttons are edited in the campaign that uses it. */
export function TemplateForm({
  template,
  onClose,
}: {
  template: Template | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  const problem = useProblemText();
  const [key] = useState(freshKey);
  const [from, setFrom] = useState<From>('text');
  const [name, setName] = useState(template?.name ?? '');
  const [own, setOwn] = useState<Message>(template?.message ?? { text: '', entities: [] });
  const textFault = useTextFault();
  const [campaignId, setCampaignId] = useState<string | null>(null);
  const campaigns =
    useInfiniteQuery({ ...campaignsQuery(bot.id), enabled: template === null }).data?.pages.flatMap(
      (page) => page.items,
    ) ?? [];
  const campaign = campaigns.find((each) => String(each.id) === campaignId);
  const message = from === 'campaign' ? campaign?.message : own;
  const save = useMutation({
    mutationFn: (over?: string) => {
      if (template)
        return patch('/templates/{id}', {
          params: { path: { id: template.id } },
          body: { name: name.trim(), message: own, version: over ?? template.version },
        });
      return post(
        '/templates',
        {
          body:
            from === 'campaign'
              ? { name: name.trim(), from_campaign: campaign?.id }
              : { name: name.trim(), message: own },
        },
        key,
      );
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: ['templates'] });
      toast(t('templates.saved', { name: saved.name }));
      onClose();
    },
  });
  const fields = save.error instanceof Problem ? save.error : null;
  const theirs =
    fields?.code === 'conflict'
      ? (fields.current as Pick<Template, 'name' | 'message' | 'version'> | undefined)
      : undefined;
  const takeTheirs = () => {
    void client.invalidateQueries({ queryKey: ['templates'] });
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  const isThere =
    from === 'campaign' ? campaign !== undefined : Boolean(own.text?.trim() || own.media);
  const missing = from === 'campaign' ? 'templates.campaign_first' : 'templates.text_first';
  const unready = name.trim() === '' ? t('ui.unnamed') : isThere ? undefined : t(missing);
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(template ? 'templates.edit' : 'templates.new')}
      size={720}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <form className="templates-form" onSubmit={submit}>
        <div className="templates-fields">
          {!template && campaigns.length > 0 && (
            <SegmentedControl
              aria-label={t('templates.from_what')}
              value={from}
              onChange={(next) => setFrom(next === 'campaign' ? 'campaign' : 'text')}
              data={[
                { value: 'text', label: t('templates.from_text') },
                { value: 'campaign', label: t('templates.from_campaign') },
              ]}
            />
          )}
          <TextInput
            data-autofocus
            label={t('templates.name')}
            value={name}
            maxLength={120}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fields?.field('/name')}
          />
          {from === 'campaign' ? (
            <Select
              label={t('templates.campaign')}
              searchable
              value={campaignId}
              onChange={(id) => {
                setCampaignId(id);
                const chosen = campaigns.find((each) => String(each.id) === id);
                if (chosen && !name) setName(chosen.name);
              }}
              data={campaigns.map((each) => ({ value: String(each.id), label: each.name }))}
              error={fields?.field('/from_campaign')}
            />
          ) : (
            <div className="templates-text">
              <p className="field-label" aria-hidden="true">
                {t('templates.text')}
              </p>
              <MessageEditor
                message={own}
                onChange={(rich) => setOwn(withText(own, rich))}
                label={t('templates.text')}
                hint={t('templates.text_hint')}
                caption={Boolean(own.media)}
                error={
                  textFault(fields?.errors, '/message') ??
                  (fields?.field('/message/media') ? undefined : fields?.field('/message'))
                }
                tools={
                  <Attach
                    media={own.media}
                    onChange={(media) => setOwn({ ...own, media })}
                    error={fields?.field('/message/media')}
                  />
                }
              />
            </div>
          )}
          {theirs && (
            <div className="failure" role="alert">
              <span className="words">
                <b>{t('templates.conflict')}</b>{' '}
                <span className="muted">{t('segments.conflict_text')}</span>
              </span>
              <Button onClick={takeTheirs}>{t('segments.take_theirs')}</Button>
              <Button onClick={() => save.mutate(theirs.version)}>{t('segments.keep_mine')}</Button>
            </div>
          )}
          {save.error && !theirs && (fields?.errors.length ?? 0) === 0 && (
            <p className="field-error" role="alert">
              {problem(save.error)}
            </p>
          )}
          <ReasonedButton type="submit" variant="filled" loading={save.isPending} reason={unready}>
            {t('ui.save')}
          </ReasonedButton>
        </div>
        <div className="tg-wall">
          <Bubble message={message ?? { text: '' }} />
        </div>
      </form>
    </Modal>
  );
}
