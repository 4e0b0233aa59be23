import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, freshKey, post } from '@/api/client';
import { cannedQuery } from '@/api/queries';
import type { Canned, Contact, MediaRef, Message } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Attach } from '@/ui/Attach';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import { cannedAsk, cannedMatches } from './canned';

export type Mode = 'reply' | 'note';
/** As many as are looked over at once; typing narrows them. */
const SHOWN_MAX = 6;
const TEXT_MAX = 4_096;
/** The same for the caption of a file. */
const CAPTION_MAX = 1_024;

/** What was typed for each person survives leaving the page and a reload of the tab. */
const draftKey = (id: number, mode: Mode) => `muster.draft.${id}.${mode}`;
const keptDraft = (id: number, mode: Mode) => sessionStorage.getItem(draftKey(id, mode)) ?? '';
function keepDraft(id: number, mode: Mode, text: string) {
  if (text) sessionStorage.setItem(draftKey(id, mode), text);
  else sessionStorage.removeItem(draftKey(id, mode));
}

function CannedList({ shown, total, at, onPick, onPoint }: { shown: Canned[]; total: number; at: number; onPick: (canned: Canned) => void; onPoint: (index: number) => void }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: (canned: Canned) => del(`/canned/${canned.id}`),
    onSuccess: (_, canned) => {
      void client.invalidateQueries({ queryKey: ['canned'] });
      toast(t('inbox.canned_gone', { name: canned.name }), { label: t('ui.undo'), run: () => void post('/canned', { name: canned.name, message: canned.message }).then(() => client.invalidateQueries({ queryKey: ['canned'] })) });
    },
  });
  if (total === 0) return <p className="inbox-canned-none small muted">{t('inbox.canned_none')}</p>;
  return (
    <div className="inbox-canned">
      <ul role="listbox" data-inline aria-label={t('inbox.canned')} id="canned-list">
        {shown.map((each, index) => (
          <li key={each.id} role="option" id={`canned-${each.id}`} aria-selected={index === at} onMouseMove={() => onPoint(index)} onMouseDown={(event) => event.preventDefault()} onClick={() => onPick(each)}>
            <b className="cut">/{each.name}</b>
            <span className="cut muted">{each.message.text}</span>
          </li>
        ))}
      </ul>
      <p className="small faint inbox-canned-foot">
        <span>{t('inbox.canned_count', { shown: number(shown.length), total: number(total) })}</span>
        {can('write') && shown[at] && (
          <button type="button" className="end text-link small" onMouseDown={(event) => event.preventDefault()} onClick={() => { const canned = shown[at]; if (canned) remove.mutate(canned); }}>
            <IconTrash size={12} stroke={1.5} aria-hidden="true" /> {t('inbox.canned_delete', { name: shown[at]?.name ?? '' })}
          </button>
        )}
      </p>
    </div>
  );
}

function SaveCanned({ text, onDone }: { text: string; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () => post<Canned>('/canned', { name: name.trim().replace(/^\//u, ''), message: { text, format: 'plain' } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['canned'] });
      onDone();
    },
  });
  return (
    <form className="inline wrap canned-save" onSubmit={(event) => { event.preventDefault(); save.mutate(); }}>
      <TextInput size="xs" autoFocus aria-label={t('inbox.canned_name')} placeholder={t('inbox.canned_name')} value={name} onChange={(event) => setName(event.currentTarget.value)} error={save.error ? problem(save.error) : undefined} />
      <Button type="submit" loading={save.isPending} disabled={!name.trim()}>{t('ui.save')}</Button>
      <Button variant="subtle" onClick={onDone}>{t('ui.cancel')}</Button>
    </form>
  );
}

/** Choosing among canned replies with the keys while the text begins with a slash. */
function useCanned(text: string, take: (canned: Canned) => void, enabled: boolean) {
  const asked = enabled ? cannedAsk(text) : null;
  const query = useQuery({ ...cannedQuery(), enabled: asked !== null });
  const [at, setAt] = useState(0);
  const [closedFor, setClosedFor] = useState<string | null>(null);
  const found = asked === null ? [] : cannedMatches(query.data?.items ?? [], asked);
  const shown = found.slice(0, SHOWN_MAX);
  const chosen = Math.min(at, Math.max(0, shown.length - 1));
  const open = asked !== null && closedFor !== text && query.data !== undefined;
  const onKey = (event: KeyboardEvent): boolean => {
    if (!open) return false;
    if (event.key === 'Escape') setClosedFor(text);
    else if (event.key === 'ArrowDown') setAt(Math.min(chosen + 1, shown.length - 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(chosen - 1, 0));
    else if ((event.key === 'Enter' || event.key === 'Tab') && shown[chosen]) take(shown[chosen]);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  };
  return { open, shown, total: query.data?.items.length ?? 0, at: chosen, setAt, onKey, activeId: open && shown[chosen] ? `canned-${shown[chosen].id}` : undefined };
}

interface ComposerProps {
  contact: Contact;
  mode: Mode;
  onMode: (mode: Mode) => void;
  input: RefObject<HTMLTextAreaElement | null>;
}

function useSending(contact: Contact, mode: Mode, onSent: () => void) {
  const client = useQueryClient();
  // One key for one text: pressing Send again after a lost answer sends once.
  const [attempt, setAttempt] = useState({ text: '', key: freshKey() });
  const send = useMutation({
    mutationFn: ({ message, key }: { message: Message; key: string }) =>
      mode === 'note' ? post(`/conversations/${contact.id}/notes`, { text: message.text }, key) : post(`/conversations/${contact.id}/messages`, { message }, key),
    onSuccess: () => {
      setAttempt({ text: '', key: freshKey() });
      onSent();
      for (const queryKey of [['thread', contact.id], ['conversations'], ['contact', contact.id]]) void client.invalidateQueries({ queryKey });
    },
  });
  return {
    send,
    run: (message: Message) => {
      const said = `${message.media?.media_id ?? ''} ${message.text}`;
      const key = attempt.text === said ? attempt.key : freshKey();
      setAttempt({ text: said, key });
      send.mutate({ message, key });
    },
  };
}

/** Where the team writes: to the person, or a note to itself. */
export function Composer({ contact, mode, onMode, input }: ComposerProps) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [text, setText] = useState(() => keptDraft(contact.id, mode));
  const [picked, setPicked] = useState<Message | null>(null);
  const [saving, setSaving] = useState(false);
  const [media, setMedia] = useState<MediaRef | null>(null);
  const write = (next: string) => {
    setText(next);
    keepDraft(contact.id, mode, next);
  };
  useEffect(() => {
    setText(keptDraft(contact.id, mode));
    setPicked(null);
    setSaving(false);
    setMedia(null);
  }, [contact.id, mode]);
  const { send, run } = useSending(contact, mode, () => {
    write('');
    setPicked(null);
    setMedia(null);
  });
  const take = (canned: Canned) => {
    write(canned.message.text);
    setPicked(canned.message);
    setMedia(canned.message.media ?? null);
    input.current?.focus();
  };
  const canned = useCanned(text, take, mode === 'reply');
  const blocked = contact.unreachable_reason === 'blocked' || contact.unreachable_reason === 'deactivated';
  const cannot = mode === 'reply' && blocked;
  const carried = mode === 'reply' ? media : null;
  const max = carried ? CAPTION_MAX : TEXT_MAX;
  const ready = (text.trim() !== '' || carried !== null) && text.length <= max && !cannot && !send.isPending;
  const submit = () => {
    if (!ready) return;
    const words: Message = picked && mode === 'reply' ? { ...picked, text } : { text, format: 'plain' };
    delete words.media;
    run(carried ? { ...words, media: carried } : words);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing || canned.onKey(event)) return;
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape') input.current?.blur();
  };
  return (
    <div className={mode === 'note' ? 'inbox-composer note' : 'inbox-composer'}>
      {canned.open && <CannedList shown={canned.shown} total={canned.total} at={canned.at} onPick={take} onPoint={canned.setAt} />}
      {saving && <SaveCanned text={text} onDone={() => setSaving(false)} />}
      <Textarea
        ref={input}
        autosize
        minRows={2}
        maxRows={10}
        dir="auto"
        aria-label={t(`inbox.write.${mode}`)}
        aria-controls={canned.open ? 'canned-list' : undefined}
        aria-activedescendant={canned.activeId}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        placeholder={t(cannot ? `unreachable.${contact.unreachable_reason ?? 'blocked'}` : `inbox.hint.${mode}`)}
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className="inline wrap inbox-composer-foot">
        <SegmentedControl size="xs" aria-label={t('inbox.mode')} value={mode} onChange={(next) => onMode(next === 'note' ? 'note' : 'reply')} data={[{ value: 'reply', label: t('inbox.reply') }, { value: 'note', label: t('inbox.note') }]} />
        {mode === 'reply' && text.trim() !== '' && !saving && <button type="button" className="text-link small" onClick={() => setSaving(true)}>{t('inbox.canned_save')}</button>}
        {mode === 'reply' && <Attach media={media} onChange={setMedia} disabled={cannot} />}
        {text.length > max && <span className="field-error" role="alert">{t('inbox.too_long', { count: text.length - max })}</span>}
        {cannot && <span className="small faint">{t('inbox.cannot_write')}</span>}
        <span className="end wide-only" aria-hidden="true"><kbd>⌘</kbd> <kbd>↵</kbd></span>
        <Button variant="filled" loading={send.isPending} disabled={!ready} onClick={submit}>{t(mode === 'note' ? 'inbox.note_save' : 'inbox.send')}</Button>
      </div>
      {send.error && <p className="field-error" role="alert">{t('inbox.not_sent', { reason: problem(send.error) })}</p>}
    </div>
  );
}
