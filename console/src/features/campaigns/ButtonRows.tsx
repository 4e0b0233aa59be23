import { Button, Modal, SegmentedControl, Select, Switch, TextInput } from '@mantine/core';
import { IconArrowUpRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Problem } from '@/api/client';
import { flowsQuery, tagsQuery } from '@/api/queries';
import type { MessageButton, Press } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { TagPicker } from '@/ui/TagPicker';
import { ReasonedButton } from '@/ui/ReasonedButton';

interface Place {
  row: number;
  at: number;
}

function useWhat() {
  const { t } = useTranslation();
  const { list } = useFormat();
  return (button: MessageButton): string => {
    if ('url' in button) return button.url || t('compose.no_address');
    const { reply, flow } = button.press;
    const add_tags = button.press.add_tags ?? [];
    const remove_tags = button.press.remove_tags ?? [];
    const parts = [
      ...(add_tags.length > 0 ? [t('compose.adds', { tags: list(add_tags, 'conjunction') })] : []),
      ...(remove_tags.length > 0
        ? [t('compose.removes', { tags: list(remove_tags, 'conjunction') })]
        : []),
      ...(reply ? [t('compose.replies')] : []),
      ...(flow ? [t('compose.starts_flow')] : []),
    ];
    return parts.length > 0 ? list(parts, 'conjunction') : t('compose.only_counts');
  };
}

type Opening = Extract<MessageButton, { url: string }>;

function AddressFields({
  button,
  onChange,
}: {
  button: Opening;
  onChange: (next: Opening) => void;
}) {
  const { t } = useTranslation();
  return (
    <>
      <TextInput
        label={t('compose.address')}
        type="url"
        value={button.url}
        onChange={(event) => onChange({ ...button, url: event.currentTarget.value })}
      />
      <Switch
        label={t('compose.track')}
        checked={button.track !== false}
        onChange={(event) => onChange({ ...button, track: event.currentTarget.checked })}
      />
    </>
  );
}

function PressFields({ press, onChange }: { press: Press; onChange: (next: Press) => void }) {
  const { t } = useTranslation();
  const bot = useBot();
  const tags = useQuery(tagsQuery(bot.id)).data?.items.map((tag) => tag.name) ?? [];
  const flows = useQuery(flowsQuery(bot.id)).data?.items ?? [];
  return (
    <>
      <TagPicker
        label={t('compose.add_tags')}
        description={t('compose.add_tags_hint')}
        known={tags}
        value={press.add_tags ?? []}
        onChange={(add_tags) => onChange({ ...press, add_tags })}
      />
      <TagPicker
        mayCreate={false}
        label={t('compose.remove_tags')}
        known={tags}
        value={press.remove_tags ?? []}
        onChange={(remove_tags) => onChange({ ...press, remove_tags })}
      />
      <TextInput
        label={t('compose.reply')}
        value={press.reply ?? ''}
        onChange={(event) => onChange({ ...press, reply: event.currentTarget.value })}
      />
      {flows.length > 0 && (
        <Select
          clearable
          label={t('compose.flow')}
          data={flows.map((flow) => ({ value: String(flow.id), label: flow.name }))}
          value={press.flow ? String(press.flow) : null}
          onChange={(flow) => onChange({ ...press, flow: flow ? Number(flow) : undefined })}
        />
      )}
    </>
  );
}

/** Whether a press does something, or leads to an address. */
function KindChoice({
  button,
  onChange,
}: {
  button: MessageButton;
  onChange: (next: MessageButton) => void;
}) {
  const { t } = useTranslation();
  const { text } = button;
  return (
    <SegmentedControl
      aria-label={t('compose.button_does')}
      value={'url' in button ? 'url' : 'press'}
      onChange={(kind) =>
        onChange(kind === 'url' ? { text, url: 'https://' } : { text, press: {} })
      }
      data={[
        { value: 'press', label: t('compose.button_press') },
        { value: 'url', label: t('compose.button_url') },
      ]}
    />
  );
}

function Editor({
  button,
  onSave,
  onRemove,
  onClose,
}: {
  button: MessageButton;
  onSave: (next: MessageButton) => void;
  onRemove: (() => void) | null;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<MessageButton>(button);
  const unready =
    draft.text.trim() === ''
      ? t('compose.button_text_first')
      : 'url' in draft && !/^(https?|tg):\/\/\S+/.test(draft.url)
        ? t('compose.button_url_first')
        : undefined;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('compose.button')}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
      size={440}
    >
      <form
        className="campaigns-button-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (unready === undefined) onSave(draft);
        }}
      >
        <TextInput
          data-autofocus
          label={t('compose.button_text')}
          value={draft.text}
          maxLength={64}
          onChange={(event) => setDraft({ ...draft, text: event.currentTarget.value })}
        />
        <KindChoice button={draft} onChange={setDraft} />
        {'url' in draft ? (
          <AddressFields button={draft} onChange={setDraft} />
        ) : (
          <PressFields press={draft.press} onChange={(press) => setDraft({ ...draft, press })} />
        )}
        <div className="inline">
          <ReasonedButton type="submit" variant="filled" reason={unready}>
            {t('compose.button_done')}
          </ReasonedButton>
          {onRemove && (
            <Button className="danger end" onClick={onRemove}>
              {t('compose.button_remove')}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}

/** What is not said is not sent: empty lists and texts leave the button. */
function tidy(button: MessageButton): MessageButton {
  if ('url' in button)
    return {
      text: button.text.trim(),
      url: button.url.trim(),
      ...(button.track === false ? { track: false } : {}),
    };
  const { add_tags, remove_tags, reply, flow } = button.press;
  return {
    text: button.text.trim(),
    press: {
      add_tags: add_tags ?? [],
      remove_tags: remove_tags ?? [],
      ...(reply?.trim() ? { reply: reply.trim() } : {}),
      ...(flow ? { flow } : {}),
    },
  };
}

/** One button with what it does. */
function ButtonTile({
  button,
  fault,
  onEdit,
}: {
  button: MessageButton;
  fault: string | undefined;
  onEdit: () => void;
}) {
  const what = useWhat();
  return (
    <button type="button" className="campaigns-button-edit" onClick={onEdit}>
      <span className="inline">
        <b className="cut">{button.text}</b>
        {'url' in button && (
          <IconArrowUpRight className="end" size={14} stroke={1.5} aria-hidden="true" />
        )}
      </span>
      <span className="small muted cut">{what(button)}</span>
      {fault && <span className="field-error">{fault}</span>}
    </button>
  );
}

/** The buttons under the message, as they will stand, each with what it does. */
export function ButtonRows({
  rows,
  onChange,
  problem,
}: {
  rows: MessageButton[][];
  onChange: (rows: MessageButton[][]) => void;
  problem: Problem | null;
}) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<Place | null>(null);
  const editing = place ? rows[place.row]?.[place.at] : undefined;
  const put = (next: MessageButton | null) => {
    if (!place) return;
    const copy = rows.map((row) => [...row]);
    const row = copy[place.row] ?? (copy[place.row] = []);
    if (next) row[place.at] = tidy(next);
    else row.splice(place.at, 1);
    onChange(copy.filter((each) => each.length > 0));
    setPlace(null);
  };
  return (
    <div className="campaigns-button-rows">
      <h3>{t('compose.buttons')}</h3>
      {rows.map((row, rowIndex) => (
        <div className="campaigns-button-row" key={rowIndex}>
          {row.map((button, at) => (
            <ButtonTile
              key={at}
              button={button}
              fault={problem?.field(`/message/buttons/${rowIndex}/${at}`)}
              onEdit={() => setPlace({ row: rowIndex, at })}
            />
          ))}
          {row.length < 3 && (
            <button
              type="button"
              className="text-link small"
              onClick={() => setPlace({ row: rowIndex, at: row.length })}
            >
              {t('compose.beside')}
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        className="text-link"
        onClick={() => setPlace({ row: rows.length, at: 0 })}
      >
        {t('compose.add_button')}
      </button>
      {place && (
        <Editor
          button={editing ?? { text: '', press: {} }}
          onSave={put}
          onRemove={editing ? () => put(null) : null}
          onClose={() => setPlace(null)}
        />
      )}
    </div>
  );
}
