import './links.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { linksQuery } from '@/api/queries';
import type { LinkItem } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { type Column, DataTable } from '@/ui/DataTable';
import { PeopleLead } from '@/ui/PeopleLead';
import { Page } from '@/ui/Page';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { useStill } from '@/ui/still';
import { TagChip } from '@/ui/TagChip';
import { FunnelLine } from './FunnelSteps';
import { LinkForm } from './LinkForm';

/** As many as one question may name; of more there is no figure. */
const LISTED_MAX = 500;

function useColumns(most: number): Column<LinkItem>[] {
  const { t } = useTranslation();
  const { number } = useFormat();
  return [
    {
      key: 'name',
      head: t('links.name'),
      cell: (row) => (
        <span className="links-name">
          <span className="inline">
            <Link to="/links/$linkId" params={{ linkId: row.id }}>
              <b>{row.name}</b>
            </Link>
            {row.archived_at !== null && <span className="pill">{t('links.archived')}</span>}
          </span>
          <span className="small faint cut">
            {[`/l/${row.code}`, row.channel].filter(Boolean).join(' · ')}
          </span>
        </span>
      ),
    },
    {
      key: 'tags',
      head: <span className="unseen">{t('links.tags')}</span>,
      leaves: 2,
      cell: (row) => (
        <span className="links-tags">
          {row.tags.slice(0, 2).map((tag) => (
            <TagChip key={tag.id} name={tag.name} color={tag.color} />
          ))}
        </span>
      ),
    },
    {
      key: 'line',
      head: <span className="unseen">{t('links.share')}</span>,
      leaves: 1,
      width: '140px',
      cell: (row) => <FunnelLine steps={row.funnel} most={most} />,
    },
    {
      key: 'visits',
      head: t('links.visits'),
      num: true,
      leaves: 1,
      cell: (row) => <span className="figure">{number(row.funnel.visits)}</span>,
    },
    {
      key: 'starts',
      head: t('links.starts'),
      num: true,
      cell: (row) => <Count value={row.funnel.starts.count} people={row.funnel.starts.people} />,
    },
    {
      key: 'replied',
      head: t('links.replied'),
      num: true,
      leaves: 1,
      cell: (row) => <Count value={row.funnel.replied.count} people={row.funnel.replied.people} />,
    },
    {
      key: 'kept',
      head: t('links.kept'),
      num: true,
      cell: (row) => <Count value={row.funnel.kept.count} people={row.funnel.kept.people} />,
    },
  ];
}

function Listed({ items: fresh }: { items: LinkItem[] }) {
  const { t } = useTranslation();
  const bot = useBot();
  const { rows: items } = useStill(fresh, String(bot.id), (link) => link.id, {
    gone: 'drop',
    fresh: 'end',
  });
  const { number } = useFormat();
  const navigate = useNavigate();
  const { show } = useSearch({ from: '/frame/links' });
  const present = items.filter((item) => item.archived_at === null);
  const rows = show === 'archived' ? items : present;
  const visits = rows.reduce((sum, link) => sum + link.funnel.visits, 0);
  const columns = useColumns(Math.max(1, ...rows.map((row) => row.funnel.visits)));
  return (
    <>
      <div className="links-lead">
        <PeopleLead
          people={
            rows.length > 0 && rows.length <= LISTED_MAX
              ? { any: rows.map((link) => link.funnel.starts.people) }
              : null
          }
          unit={(count) => t('links.came', { count })}
        >
          {t('links.of', {
            count: rows.length,
            number: number(rows.length),
            visits: number(visits),
          })}
        </PeopleLead>
        {present.length < items.length && (
          <button
            type="button"
            className="text-link end"
            onClick={() =>
              void navigate({
                to: '/links',
                search: show ? {} : { show: 'archived' },
                replace: true,
              })
            }
          >
            {t(show ? 'links.hide_archived' : 'links.show_archived')}
          </button>
        )}
      </div>
      {rows.length === 0 ? (
        <p className="muted">{t('links.all_archived')}</p>
      ) : (
        <DataTable
          label={t('place.links')}
          columns={columns}
          rows={rows}
          keyOf={(row) => row.id}
          rowHeight={52}
        />
      )}
    </>
  );
}

/** Every link of the bot with its funnel since it was made. */
export default function LinksPage() {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const { drawer } = useSearch({ from: '/frame/links' });
  const query = useQuery(linksQuery(bot.id));
  const make = can('edit_links') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} />}
      onClick={() => void navigate({ to: '/links', search: { drawer: 'new' } })}
    >
      {t('links.new')}
    </Button>
  );
  return (
    <Page
      title={t('place.links')}
      actions={query.data && query.data.items.length > 0 ? make : undefined}
    >
      <Loaded query={query} what={t('links.failed')} waiting={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('links.empty_title')} action={make}>
              {t('links.empty_text')}
            </EmptyState>
          ) : (
            <Listed items={items} />
          )
        }
      </Loaded>
      {drawer === 'new' && can('edit_links') && (
        <LinkForm
          link={null}
          onClose={() => void navigate({ to: '/links', search: {}, replace: true })}
          onSaved={(saved) =>
            void navigate({ to: '/links/$linkId', params: { linkId: saved.id }, replace: true })
          }
        />
      )}
    </Page>
  );
}
