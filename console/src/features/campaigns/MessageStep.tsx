import { ActionIcon, Menu, Textarea, Tooltip } from '@mantine/core';
import { IconBlockquote, IconBold, IconBraces, IconCode, IconEyeOff, IconItalic, IconLink, IconStrikethrough, type Icon } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/client';
import type { CampaignDraft } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { Attach } from '@/ui/Attach';
import { parseHtml } from '@/ui/telegram/richText';
import { ButtonRows } from './ButtonRows';

/** Telegram's own limit for a text message, after markup is taken away. */
const TEXT_MAX = 4_096;
/** The same for the caption of a file. */
const CAPTION_MAX = 1_024;

const marks: { key: string; icon: Icon; open: string; close: string }[] = [
  { key: 'bold', icon: IconBold, open: '<b>', close: '</b>' },
  { key: 'italic', icon: IconItalic, open: '<i>', close: '</i>' },
  { key: 'strike', icon: IconStrikethrough, open: '<s>', close: '</s>' },
  { key: 'link', icon: IconLink, open: '<a href="https://">', close: '</a>' },
  { key: 'quote', icon: IconBlockquote, open: '<blockquote>', close: '</blockquote>' },
  { key: 'code', icon: IconCode, open: '<code>', close: '</code>' },
  { key: 'spoiler', icon: IconEyeOff, open: '<tg-spoiler>', close: '</tg-spoiler>' },
];
const variables = ['first_name', 'last_name', 'username'];

interface StepProps {
  draft: CampaignDraft;
  change: (part: Partial<CampaignDraft>) => void;
  problem: Problem | null;
}

export function MessageStep({ draft, change, problem }: StepProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const area = useRef<HTMLTextAreaElement>(null);
  const { message } = draft;
  const html = message.format === 'html';
  const rich = html ? parseHtml(message.text) : { text: message.text, error: undefined };
  const setText = (text: string) => change({ message: { ...message, text } });
  const insert = (open: string, close: string) => {
    const field = area.current;
    if (!field) return;
    const { selectionStart: from, selectionEnd: to } = field;
    const chosen = message.text.slice(from, to);
    setText(message.text.slice(0, from) + open + chosen + close + message.text.slice(to));
    requestAnimationFrame(() => {
      field.focus();
      field.setSelectionRange(from + open.length, from + open.length + chosen.length);
    });
  };
  const max = message.media ? CAPTION_MAX : TEXT_MAX;
  const setMedia = (media: CampaignDraft['message']['media']) => {
    const next = { ...message };
    delete next.media;
    change({ message: media ? { ...next, media } : next });
  };
  const error = rich.error ? t(`compose.markup.${rich.error}`) : problem?.field('/message/text');
  return (
    <section className="campaigns-step" aria-labelledby="step-what">
      <h2 id="step-what">{t('compose.what')}</h2>
      <div className="campaigns-step-body">
        <div className="campaigns-editor">
          <div className="campaigns-editor-tools" role="toolbar" aria-label={t('compose.formatting')}>
            {html && marks.map((mark) => (
              <Tooltip key={mark.key} label={t(`compose.mark.${mark.key}`)}>
                <ActionIcon aria-label={t(`compose.mark.${mark.key}`)} onClick={() => insert(mark.open, mark.close)}><mark.icon size={16} stroke={1.5} aria-hidden="true" /></ActionIcon>
              </Tooltip>
            ))}
            <Menu>
              <Menu.Target>
                <ActionIcon w="auto" px={8} aria-label={t('compose.field')}><IconBraces size={16} stroke={1.5} aria-hidden="true" /><span style={{ paddingLeft: 4 }}>{t('compose.field')}</span></ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {variables.map((name) => <Menu.Item key={name} onClick={() => insert(`{${name}|${t('compose.fallback')}}`, '')}>{t(`compose.variable.${name}`)}</Menu.Item>)}
              </Menu.Dropdown>
            </Menu>
            <Attach media={message.media} onChange={setMedia} error={problem?.field('/message/media')} />
          </div>
          <Textarea ref={area} autosize minRows={5} maxRows={24} variant="unstyled" aria-label={t('compose.text')} placeholder={t('compose.text_hint')} value={message.text} onChange={(event) => setText(event.currentTarget.value)} classNames={{ input: 'campaigns-editor-text' }} aria-invalid={Boolean(error)} aria-describedby="compose-under" />
          <div className="campaigns-editor-under" id="compose-under">
            <span className={error ? 'bad' : ''}>{error ?? t('compose.tracked')}</span>
            <span className={rich.text.length > max ? 'bad figure' : 'figure'}>{t('compose.length', { length: number(rich.text.length), max: number(max) })}</span>
          </div>
        </div>
        <ButtonRows rows={message.buttons ?? []} onChange={(buttons) => change({ message: { ...message, buttons } })} problem={problem} />
      </div>
    </section>
  );
}
