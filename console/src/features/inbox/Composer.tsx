import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { del, freshKey, post } from '@/api/client';
import { cannedQuery } from '@/api/queries';
import type { Canned, Contact, MediaRef, Message } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Attach } from '@/ui/Attach';
import { useWords } from '@/api/texts';
import { MessageEditor } from '@/ui/editor/MessageEditor';
import { shownKeys } from '@/ui/editor/shortcut';
import type { EditorHandle } from '@/ui/editor/types';
import { withText } from '@/ui/editor/withText';
import { useProblemText } from '@/ui/states';
import { CAPTION_MAX, measure, TEXT_MAX } from '@/ui/telegram/template';
import { toast, toastFailure } from '@/ui/toast';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { cannedAsk, cannedMatches } from './canned';

export type Mode = 'reply' | 'note';
/** As many as are looked over at once; typing narrows them. */
const SHOWN_MAX = 6;
/** What was typed for each person survives leaving the page and a reload of the tab. */
const draftKey = (id: number, mode: Mode) => `muster.draft.${id}.${mode}`;
const blank: Message = { text: '', entities: [] };
function keptDraft(id: number, mode: Mode): Message {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(draftKey(id, mode)) ?? 'null');
    return typeof kept === 'object' && kept !== null && 'text' in kept ? (kept as Message) : blank;
  } catch {
    return blank;
  }
}
function keepDraft(id: number, mode: Mode, words: Message) {
  if (words.text) sessionStorage.setItem(draftKey(id, mode), JSON.stringify(words));
  else sessionStorage.removeItem(draftKey(id, mode));
}

function CannedList({
  shown,
  total,
  at,
  onPick,
  onPoint,
}: {
  shown: Canned[];
  total: number;
  at: number;
  onPick: (canned: Canned) => void;
  onPoint: (index: number) => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const client = useQueryClient();
  const problem = useProblemText();
  const restore = useMutation({
    mutationFn: ({ name, message }: Canned) => post('/canned', { body: { name, message } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['canned'] }),
    onError: (error, canned) =>
      toastFailure(t('inbox.canned_not_restored', { name: canned.name }), problem(error)),
  });
  const remove = useMutation({
    mutationFn: (canned: Canned) => del('/canned/{id}', { params: { path: { id: canned.id } } }),
    onSuccess: (_, canned) => {
      void client.invalidateQueries({ queryKey: ['canned'] });
      toast(t('inbox.canned_gone', { name: canned.name }), {
        label: t('ui.undo'),
        run: () => restore.mutate(canned),
      });
    },
    onError: (error, canned) =>
      toastFailure(t('inbox.canned_not_gone', { name: canned.name }), problem(error)),
  });
  const words = useWords(shown.map(({ message }) => message));
  if (total === 0) return <p className="inbox-canned-none small muted">{t('inbox.canned_none')}</p>;
  return (
    <div className="inbox-canned">
      <ul role="listbox" data-inline aria-label={t('inbox.canned')} id="canned-list">
        {shown.map((each, index) => (
          <li
            key={each.id}
            role="option"
            id={`canned-${each.id}`}
            aria-selected={index === at}
            onMouseMove={() => onPoint(index)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(each)}
          >
            <b className="cut">/{each.name}</b>
            <span className="cut muted">{words(each.message)}</span>
          </li>
        ))}
      </ul>
      <p className="small faint inbox-canned-foot">
        <span>
          {t('inbox.canned_count', { shown: number(shown.length), total: number(total) })}
        </span>
        {can('converse') && shown[at] && (
          <button
            type="button"
            className="end text-link small"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              const canned = shown[at];
              if (canned) remove.mutate(canned);
            }}
          >
            <IconTrash size={12} stroke={1.5} aria-hidden="true" />{' '}
            {t('inbox.canned_delete', { name: shown[at]?.name ?? '' })}
          </button>
        )}
      </p>
    </div>
  );
}

function SaveCanned({ words, onDone }: { words: Message; onDone: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const problem = useProblemText();
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () =>
      post('/canned', { body: { name: name.trim().replace(/^\//u, ''), message: words } }),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['canned'] });
      onDone();
    },
  });
  return (
    <form
      className="inline wrap canned-save"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextInput
        size="xs"
        autoFocus
        aria-label={t('inbox.canned_name')}
        placeholder={t('inbox.canned_name')}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={save.error ? problem(save.error) : undefined}
      />
      <ReasonedButton
        type="submit"
        loading={save.isPending}
        reason={name.trim() ? undefined : t('ui.unnamed')}
      >
        {t('ui.save')}
      </ReasonedButton>
      <Button variant="subtle" onClick={onDone}>
        {t('ui.cancel')}
      </Button>
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
  const onKey = (
    event: Pick<KeyboardEvent, 'key' | 'preventDefault' | 'stopPropagation'>,
  ): boolean => {
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
  return {
    open,
    shown,
    total: query.data?.items.length ?? 0,
    at: chosen,
    setAt,
    onKey,
    activeId: open && shown[chosen] ? `canned-${shown[chosen].id}` : undefined,
  };
}

interface ComposerProps {
  contact: Contact;
  mode: Mode;
  onMode: (mode: Mode) => void;
  input: RefObject<EditorHandle | null>;
}

function useSending(contact: Contact, mode: Mode, onSent: () => void) {
  const client = useQueryClient();
  // One key for one text: pressing Send again after a lost answer sends once.
  const [attempt, setAttempt] = useState({ text: '', key: freshKey() });
  const params = { path: { id: contact.id } };
  const send = useMutation({
    mutationFn: ({ message, key }: { message: Message; key: string }) =>
      mode === 'note'
        ? post('/conversations/{id}/notes', { params, body: { text: message.text ?? '' } }, key)
        : post('/conversations/{id}/messages', { params, body: { message } }, key),
    onSuccess: () => {
      setAttempt({ text: '', key: freshKey() });
      onSent();
      for (const queryKey of [['thread', contact.id], ['conversations'], ['contact', contact.id]])
        void client.invalidateQueries({ queryKey });
    },
  });
  return {
    send,
    run: (message: Message) => {
      const said = JSON.stringify(message);
      const key = attempt.text === said ? attempt.key : freshKey();
      setAttempt({ text: said, key });
      send.mutate({ message, key });
    },
  };
}

/** A note is plain text for the team; Ctrl or ⌘ with Enter keeps it. */
function NoteText({
  words,
  onWrite,
  onSubmit,
  input,
}: {
  words: Message;
  onWrite: (words: Message) => void;
  onSubmit: () => void;
  input: RefObject<EditorHandle | null>;
}) {
  const { t } = useTranslation();
  const area = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(
    input,
    () => ({ focus: () => area.current?.focus(), blur: () => area.current?.blur() }),
    [],
  );
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      onSubmit();
    } else if (event.key === 'Escape') area.current?.blur();
  };
  return (
    <Textarea
      ref={area}
      autosize
      minRows={2}
      maxRows={10}
      dir="auto"
      aria-label={t('inbox.write.note')}
      placeholder={t('inbox.hint.note')}
      value={words.text ?? ''}
      onChange={(event) => onWrite({ text: event.currentTarget.value })}
      onKeyDown={onKeyDown}
    />
  );
}

/** Where the team writes: to the person, or a note to itself. */
export function Composer({ contact, mode, onMode, input }: ComposerProps) {
  const { t } = useTranslation();
  const problem = useProblemText();
  const [words, setWords] = useState<Message>(() => keptDraft(contact.id, mode));
  const [saving, setSaving] = useState(false);
  const [media, setMedia] = useState<MediaRef | null>(null);
  const write = (next: Message) => {
    setWords(next);
    keepDraft(contact.id, mode, next);
  };
  useEffect(() => {
    setWords(keptDraft(contact.id, mode));
    setSaving(false);
    setMedia(null);
  }, [contact.id, mode]);
  const { send, run } = useSending(contact, mode, () => {
    write(blank);
    setMedia(null);
  });
  const take = ({ message }: Canned) => {
    const { media: carried, ...rest } = message;
    write(rest);
    setMedia(carried ?? null);
    input.current?.focus();
  };
  // A phone's keyboard has no Shift with Enter: there it begins a line.
  const touch = useMediaQuery('(pointer: coarse)', false);
  const text = words.text ?? '';
  const canned = useCanned(text, take, mode === 'reply');
  const blocked = contact.unreachable_reason !== null && contact.unreachable_reason !== 'opted_out';
  const cannot = mode === 'reply' && blocked;
  const carried = mode === 'reply' ? media : null;
  const max = carried ? CAPTION_MAX : TEXT_MAX;
  const isLong = (mode === 'reply' ? measure(text).units : text.length) > max;
  const unready = cannot
    ? t('inbox.cannot_write')
    : text.trim() === '' && carried === null
      ? t('inbox.write_first')
      : isLong
        ? t('inbox.too_long', {
            count: (mode === 'reply' ? measure(text).units : text.length) - max,
          })
        : undefined;
  const ready = unready === undefined && !send.isPending;
  const submit = () => {
    if (ready) run(carried ? { ...words, media: carried } : words);
  };
  const onKey = (event: globalThis.KeyboardEvent) => {
    if (canned.onKey(event)) return true;
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) submit();
    else if (event.key === 'Escape') input.current?.blur();
    else return false;
    event.preventDefault();
    return true;
  };
  return (
    <div className={mode === 'note' ? 'inbox-composer note' : 'inbox-composer'}>
      {canned.open && (
        <CannedList
          shown={canned.shown}
          total={canned.total}
          at={canned.at}
          onPick={take}
          onPoint={canned.setAt}
        />
      )}
      {saving && (
        <SaveCanned
          words={carried ? { ...words, media: carried } : words}
          onDone={() => setSaving(false)}
        />
      )}
      {mode === 'note' ? (
        <NoteText words={words} onWrite={write} onSubmit={submit} input={input} />
      ) : (
        <MessageEditor
          compact
          handle={input}
          message={words}
          onChange={(rich) => write(withText(words, rich))}
          label={t('inbox.write.reply')}
          placeholder={t(
            cannot ? `unreachable.${contact.unreachable_reason ?? 'blocked'}` : 'inbox.hint.reply',
          )}
          caption={carried !== null}
          onKey={onKey}
          {...(touch ? {} : { onEnter: submit })}
          attributes={{
            'aria-controls': canned.open ? 'canned-list' : undefined,
            'aria-activedescendant': canned.activeId,
            'aria-autocomplete': 'list',
            'aria-haspopup': 'listbox',
          }}
        />
      )}
      <div className="inline wrap inbox-composer-foot">
        <SegmentedControl
          size="xs"
          aria-label={t('inbox.mode')}
          value={mode}
          onChange={(next) => onMode(next === 'note' ? 'note' : 'reply')}
          data={[
            { value: 'reply', label: t('inbox.reply') },
            { value: 'note', label: t('inbox.note') },
          ]}
        />
        {mode === 'reply' && text.trim() !== '' && !saving && (
          <button type="button" className="text-link small" onClick={() => setSaving(true)}>
            {t('inbox.canned_save')}
          </button>
        )}
        {mode === 'reply' && (
          <Attach
            media={media}
            onChange={setMedia}
            reason={cannot ? t('inbox.cannot_write') : undefined}
          />
        )}
        {mode === 'note' && isLong && (
          <span className="field-error" role="alert">
            {t('inbox.too_long', { count: text.length - max })}
          </span>
        )}
        {cannot && <span className="small faint">{t('inbox.cannot_write')}</span>}
        <span className="end wide-only small faint" aria-hidden="true">
          {mode === 'reply' ? t('inbox.enter_sends') : shownKeys('Mod-↵')}
        </span>
        <ReasonedButton variant="filled" loading={send.isPending} reason={unready} onClick={submit}>
          {t(mode === 'note' ? 'inbox.note_save' : 'inbox.send')}
        </ReasonedButton>
      </div>
      {send.error && (
        <p className="field-error" role="alert">
          {t('inbox.not_sent', { reason: problem(send.error) })}
        </p>
      )}
    </div>
  );
}
