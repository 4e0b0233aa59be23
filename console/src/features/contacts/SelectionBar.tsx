import { Button, Checkbox, Popover } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import { tagsQuery } from '@/api/queries';
import type { ContactItem, Expression } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { useProblemText } from '@/ui/states';
import { toast } from '@/ui/toast';
import type { Selection } from './selection';
import { TagPicker } from '@/ui/TagPicker';
import { ReasonedButton } from '@/ui/ReasonedButton';

interface BarProps {
  selection: Selection;
  count: number;
  rows: ContactItem[];
  expression: Expression;
  /** A text search cannot be said as an expression, so "all matching" is not offered with one. */
  searching: boolean;
}

interface Change {
  verb: 'add' | 'remove';
  tags: string[];
}

function useTagging({ selection, expression }: BarProps, onDone: () => void) {
  const { t } = useTranslation();
  const bot = useBot();
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ verb, tags }: Change) => {
      if (selection.all) {
        return (
          await post('/contacts/tags', { body: { bot_id: bot.id, expression, [verb]: tags } })
        ).changed;
      }
      for (const id of selection.ids)
        await post('/contacts/{id}/tags', { params: { path: { id } }, body: { [verb]: tags } });
      return selection.ids.size;
    },
    onSuccess: (changed, { verb, tags }) => {
      toast(t(`contacts.tagged_${verb}`, { count: changed, tags: tags.join(', ') }));
      for (const key of ['contacts', 'tags', 'preview'])
        void client.invalidateQueries({ queryKey: [key] });
      selection.clear();
      onDone();
    },
  });
}

function TagPopover({ verb, bar }: { verb: 'add' | 'remove'; bar: BarProps }) {
  const { t } = useTranslation();
  const bot = useBot();
  const known = useQuery(tagsQuery(bot.id)).data?.items ?? [];
  const [open, setOpen] = useState(false);
  const [tags, setTags] = useState<string[]>([]);
  const problem = useProblemText();
  const change = useTagging(bar, () => {
    setOpen(false);
    setTags([]);
  });
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={300} trapFocus>
      <Popover.Target>
        <Button onClick={() => setOpen(!open)}>{t(`contacts.${verb}_tag`)}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className="contacts-bulk-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (tags.length > 0) change.mutate({ verb, tags });
          }}
        >
          <TagPicker
            mayCreate={verb === 'add'}
            data-autofocus
            label={t('contacts.tags')}
            value={tags}
            onChange={setTags}
            known={known.map((tag) => tag.name)}
            comboboxProps={{ withinPortal: false }}
          />
          {change.error && (
            <p className="field-error" role="alert">
              {problem(change.error)}
            </p>
          )}
          <ReasonedButton
            type="submit"
            variant="filled"
            loading={change.isPending}
            reason={tags.length === 0 ? t('contacts.tag_first') : undefined}
          >
            {t(`contacts.${verb}_tag`)}
          </ReasonedButton>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}

/** How many are chosen, in words, and what can be done with them. */
export function SelectionBar(bar: BarProps) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const { selection, count, rows, searching } = bar;
  if (!can('edit_contacts')) return null;
  const chosen = selection.all ? count : selection.ids.size;
  const every =
    selection.all || (rows.length > 0 && rows.every((row) => selection.ids.has(row.id)));
  return (
    <div className={chosen > 0 ? 'contacts-selection-bar on' : 'contacts-selection-bar'}>
      <Checkbox
        aria-label={t('contacts.select_page')}
        checked={every}
        indeterminate={!every && chosen > 0}
        onChange={() =>
          every || chosen > 0 ? selection.clear() : selection.set(rows.map((row) => row.id))
        }
      />
      {chosen > 0 ? (
        <>
          <span>
            {selection.all
              ? t('contacts.all_selected', { count, number: number(count) })
              : t('contacts.selected', { count: chosen, number: number(chosen) })}{' '}
            {!selection.all && !searching && count > chosen && can('edit_audiences') && (
              <button type="button" className="text-link" onClick={selection.selectAll}>
                {t('contacts.select_all', { number: number(count) })}
              </button>
            )}
          </span>
          <span className="end inline">
            <TagPopover verb="add" bar={bar} />
            <TagPopover verb="remove" bar={bar} />
            <Button variant="subtle" onClick={selection.clear}>
              {t('contacts.clear')}
            </Button>
          </span>
        </>
      ) : (
        <span className="small faint">{t('contacts.select_hint')}</span>
      )}
    </div>
  );
}
