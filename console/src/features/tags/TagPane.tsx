import { ActionIcon, Button, Select, Textarea, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { del, patch, post, Problem } from '@/api/client';
import type { Tag, UsedBy } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { Count } from '@/ui/Count';
import { Section } from '@/ui/Page';
import { Failure, useProblemText } from '@/ui/states';
import { TagChip } from '@/ui/TagChip';
import { toast } from '@/ui/toast';
import { UsedByList } from '@/ui/UsedBy';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Colors } from './Colors';
import { origins } from './tagFacts';

function useRefresh() {
  const client = useQueryClient();
  return () => {
    for (const key of ['tags', 'segments', 'contacts', 'contact', 'flows'])
      void client.invalidateQueries({ queryKey: [key] });
  };
}

function Edit({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const refresh = useRefresh();
  const problem = useProblemText();
  const [name, setName] = useState(tag.name);
  const [description, setDescription] = useState(tag.description);
  const [color, setColor] = useState(tag.color);
  const changed =
    name.trim() !== tag.name || description !== tag.description || color !== tag.color;
  const save = useMutation({
    mutationFn: () =>
      patch('/tags/{id}', {
        params: { path: { id: tag.id } },
        body: { name: name.trim(), description, color },
      }),
    onSuccess: (saved) => {
      refresh();
      toast(t('tags.saved', { name: saved.name }));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form className="tags-form" onSubmit={submit}>
      <TextInput
        label={t('tags.name')}
        value={name}
        maxLength={64}
        onChange={(event) => setName(event.currentTarget.value)}
        error={save.error ? problem(save.error) : undefined}
        description={
          name.trim() !== tag.name && tag.used_by.length > 0
            ? t('tags.renamed_everywhere', { count: tag.used_by.length })
            : undefined
        }
      />
      <Colors value={color} onChange={setColor} />
      <Textarea
        label={t('tags.description')}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={500}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <div className="inline">
        <ReasonedButton
          type="submit"
          variant="filled"
          loading={save.isPending}
          reason={!name.trim() ? t('ui.unnamed') : changed ? undefined : t('ui.nothing_changed')}
        >
          {t('ui.save')}
        </ReasonedButton>
        {changed && <span className="small faint">{t('tags.changed')}</span>}
      </div>
    </form>
  );
}

function Merge({ tag, all }: { tag: Tag; all: Tag[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const [into, setInto] = useState<string | null>(null);
  const target = all.find((each) => String(each.id) === into);
  const merge = useMutation({
    mutationFn: (id: number) =>
      post('/tags/{id}/merge', { params: { path: { id: tag.id } }, body: { into: id } }),
    onSuccess: (_, id) => {
      refresh();
      toast(t('tags.merged', { name: tag.name, into: target?.name ?? '' }));
      void navigate({ to: '/tags', search: (before) => ({ ...before, tag: id }), replace: true });
    },
  });
  return (
    <Section title={t('tags.merge')}>
      <Select
        size="xs"
        searchable
        clearable
        aria-label={t('tags.merge_into')}
        placeholder={t('tags.merge_into')}
        value={into}
        onChange={setInto}
        data={all
          .filter((each) => each.id !== tag.id)
          .map((each) => ({ value: String(each.id), label: each.name }))}
      />
      {target && (
        <div className="tags-will">
          <p className="small">
            {t('tags.merge_will', {
              count: tag.people,
              number: number(tag.people),
              name: tag.name,
              into: target.name,
            })}
          </p>
          <Button loading={merge.isPending} onClick={() => merge.mutate(target.id)}>
            {t('tags.merge_do', { into: target.name })}
          </Button>
        </div>
      )}
      {merge.error && <Failure error={merge.error} what={t('tags.merge_failed')} />}
    </Section>
  );
}

function Delete({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const refresh = useRefresh();
  const navigate = useNavigate();
  const [sure, setSure] = useState(false);
  const remove = useMutation({
    mutationFn: () => del('/tags/{id}', { params: { path: { id: tag.id } } }),
    onSuccess: () => {
      refresh();
      toast(t('tags.deleted', { name: tag.name }));
      void navigate({
        to: '/tags',
        search: (before) => ({ ...before, tag: undefined }),
        replace: true,
      });
    },
  });
  const conflict =
    remove.error instanceof Problem && remove.error.code === 'conflict' ? remove.error : null;
  const users = Array.isArray(conflict?.current) ? (conflict.current as UsedBy[]) : [];
  if (tag.used_by.length > 0)
    return <p className="small muted">{t('tags.cannot_delete', { count: tag.used_by.length })}</p>;
  return (
    <>
      {sure ? (
        <div className="tags-will">
          <p className="small">
            {t('tags.delete_will', { count: tag.people, number: number(tag.people) })}
          </p>
          <div className="inline">
            <Button className="danger" loading={remove.isPending} onClick={() => remove.mutate()}>
              {t('tags.delete_do')}
            </Button>
            <Button variant="subtle" onClick={() => setSure(false)}>
              {t('ui.cancel')}
            </Button>
          </div>
        </div>
      ) : (
        <Button className="danger" onClick={() => setSure(true)}>
          {t('tags.delete')}
        </Button>
      )}
      {remove.error && <Failure error={remove.error} what={t('tags.delete_failed')} />}
      {users.length > 0 && <UsedByList users={users} />}
    </>
  );
}

/** One tag: what it is called, where it comes from, what depends on it, and the ways to end it. */
export function TagPane({ tag, all }: { tag: Tag; all: Tag[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const can = useCan();
  const from = origins(tag);
  const most = from[0]?.[1] ?? 0;
  return (
    <aside className="pane" aria-label={t('tags.about', { name: tag.name })}>
      <header className="inline" style={{ marginBottom: 12 }}>
        <TagChip name={tag.name} color={tag.color} />
        <span className="end muted">
          <Count value={tag.people} people={{ tag: { has: tag.name } }} />{' '}
          {t('tags.people_count', { count: tag.people })}
        </span>
        <ActionIcon
          aria-label={t('ui.close')}
          renderRoot={(props) => (
            <Link {...props} to="/tags" search={(before) => ({ ...before, tag: undefined })} />
          )}
        >
          <IconX size={14} stroke={1.5} aria-hidden="true" />
        </ActionIcon>
      </header>
      {can('edit_audiences') ? <Edit tag={tag} /> : <p className="muted">{tag.description}</p>}
      <Section title={t('tags.applied_by')}>
        {from.length === 0 && <p className="muted">{t('tags.never_applied')}</p>}
        <ul className="tags-origins">
          {from.map(([by, count]) => (
            <li key={by}>
              <span className="muted">{t(`tags.origin.${by}`)}</span>
              <Meter value={count} of={most} fill="var(--text-2)" />
              <span className="num figure">{number(count)}</span>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t('tags.used')}>
        <UsedByList users={tag.used_by} />
      </Section>
      {can('edit_audiences') && all.length > 1 && <Merge tag={tag} all={all} />}
      {can('edit_audiences') && (
        <Section title={t('tags.delete')}>
          <Delete tag={tag} />
        </Section>
      )}
    </aside>
  );
}
