import './tags.css';
import { Button, Modal, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import { tagsQuery } from '@/api/queries';
import type { Tag } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { holds } from '@/ui/fold';
import { Count } from '@/ui/Count';
import { type Column, DataTable } from '@/ui/DataTable';
import { PeopleLead } from '@/ui/PeopleLead';
import { Page } from '@/ui/Page';
import { EmptyState, Loaded, SkeletonRows, useProblemText } from '@/ui/states';
import { useStill } from '@/ui/still';
import { TagChip } from '@/ui/TagChip';
import { ReasonedButton } from '@/ui/ReasonedButton';
import { Attributes } from './Attributes';
import { Colors } from './Colors';
import { freshColor, origins } from './tagFacts';
import { TagPane } from './TagPane';

function Origins({ tag }: { tag: Tag }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const all = origins(tag);
  return (
    <span className="muted">
      {all
        .map(([by, count]) => t(`tags.applied.${by}`, { count, number: number(count) }))
        .join(' · ')}
    </span>
  );
}

function useColumns(most: number): Column<Tag>[] {
  const { t } = useTranslation();
  return [
    {
      key: 'name',
      head: t('tags.name'),
      cell: (tag) => (
        <span className="inline">
          <Link to="/tags" search={(before) => ({ ...before, tag: tag.id })}>
            <TagChip name={tag.name} color={tag.color} />
          </Link>
          <span className="small faint cut wide-only">{tag.description}</span>
        </span>
      ),
    },
    {
      key: 'share',
      head: <span className="unseen">{t('tags.share')}</span>,
      leaves: 1,
      width: '120px',
      cell: (tag) => <Meter value={tag.people} of={most} fill="var(--text-2)" />,
    },
    {
      key: 'people',
      head: t('tags.people'),
      num: true,
      cell: (tag) => <Count value={tag.people} people={{ tag: { has: tag.name } }} />,
    },
    { key: 'origins', head: t('tags.applied_by'), leaves: 1, cell: (tag) => <Origins tag={tag} /> },
    {
      key: 'used',
      head: t('tags.used'),
      leaves: 2,
      cell: (tag) =>
        tag.used_by.length === 0 ? (
          <span className="faint">{t('tags.unused')}</span>
        ) : (
          <span className="muted">{tag.used_by.map((user) => user.name).join(', ')}</span>
        ),
    },
  ];
}

/** As many as one question may name; of more there is no figure. */
const LISTED_MAX = 500;

function NewTag({ count, onClose }: { count: number; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const problem = useProblemText();
  const [name, setName] = useState('');
  const [color, setColor] = useState(freshColor(count));
  const make = useMutation({
    mutationFn: () => post('/tags', { body: { name: name.trim(), color } }),
    onSuccess: (tag) => {
      void client.invalidateQueries({ queryKey: ['tags'] });
      onClose();
      void navigate({ to: '/tags', search: { tag: tag.id } });
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t('tags.new')}
      size={400}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <form
        className="tags-form"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <TextInput
          data-autofocus
          label={t('tags.name')}
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
          error={make.error ? problem(make.error) : undefined}
        />
        <Colors value={color} onChange={setColor} />
        <ReasonedButton
          type="submit"
          variant="filled"
          loading={make.isPending}
          reason={name.trim() ? undefined : t('ui.unnamed')}
        >
          {t('tags.make')}
        </ReasonedButton>
      </form>
    </Modal>
  );
}

/** Ordered as the page opens; figures that change meanwhile change where they stand. */
function useTags(items: Tag[] | undefined): Tag[] {
  const bot = useBot();
  const inOrder = [...(items ?? [])].sort(
    (a, b) => b.people - a.people || a.name.localeCompare(b.name),
  );
  return useStill(inOrder, String(bot.id), (tag) => tag.id, { gone: 'drop', fresh: 'end' }).rows;
}

function TagSearch() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { q = '' } = useSearch({ from: '/frame/tags' });
  return (
    <TextInput
      className="end"
      size="xs"
      type="search"
      aria-label={t('tags.search')}
      placeholder={t('tags.search')}
      leftSection={<IconSearch size={14} stroke={1.5} aria-hidden="true" />}
      value={q}
      onChange={(event) => {
        const next = event.currentTarget.value;
        void navigate({
          to: '/tags',
          search: (before) => ({ ...before, q: next || undefined }),
          replace: true,
        });
      }}
    />
  );
}

function Listed({ all }: { all: Tag[] }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { q = '', tag: chosen } = useSearch({ from: '/frame/tags' });
  const columns = useColumns(all[0]?.people ?? 0);
  const shown = all.filter(({ name, description }) => holds(`${name} ${description}`, q));
  return (
    <>
      <div className="inline wrap tags-lead">
        <PeopleLead
          people={
            all.length <= LISTED_MAX ? { tag: { has_any: all.map((tag) => tag.name) } } : null
          }
          unit={(count) => t('tags.tagged', { count })}
        >
          {t('tags.of', { count: all.length, number: number(all.length) })}
        </PeopleLead>
        <TagSearch />
      </div>
      {shown.length === 0 ? (
        <p className="muted">{t('tags.none_found')}</p>
      ) : (
        <DataTable
          label={t('place.tags')}
          columns={columns}
          rows={shown}
          keyOf={(tag) => tag.id}
          rowHeight={36}
          isSelected={(tag) => tag.id === chosen}
        />
      )}
    </>
  );
}

/** What the team calls people: how many have it, where it comes from, what depends on it. */
export default function TagsPage() {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const { tag: chosen } = useSearch({ from: '/frame/tags' });
  const [making, setMaking] = useState(false);
  const [inAttributes, setInAttributes] = useState(false);
  const query = useQuery(tagsQuery(bot.id));
  const all = useTags(query.data?.items);
  const selected = all.find((tag) => tag.id === chosen);
  const make = can('edit_audiences') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} aria-hidden="true" />}
      onClick={() => setMaking(true)}
    >
      {t('tags.new')}
    </Button>
  );
  return (
    <Page
      bare
      title={t('place.tags')}
      actions={
        <>
          <Button onClick={() => setInAttributes(true)}>{t('tags.attributes')}</Button>
          {all.length > 0 && make}
        </>
      }
    >
      <div className={selected ? 'panes' : 'panes tags-alone'}>
        <div className="pane">
          <Loaded query={query} what={t('tags.failed')} waiting={<SkeletonRows />}>
            {() =>
              all.length === 0 ? (
                <EmptyState title={t('tags.empty_title')} action={make}>
                  {t('tags.empty_text')}
                </EmptyState>
              ) : (
                <Listed all={all} />
              )
            }
          </Loaded>
        </div>
        {selected && <TagPane key={selected.id} tag={selected} all={all} />}
      </div>
      {inAttributes && <Attributes onClose={() => setInAttributes(false)} />}
      {making && <NewTag count={all.length} onClose={() => setMaking(false)} />}
    </Page>
  );
}
