import './segments.css';
import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { homeQuery, segmentsQuery } from '@/api/queries';
import type { Segment } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Meter } from '@/ui/bars';
import { Count } from '@/ui/Count';
import { type Column, DataTable } from '@/ui/DataTable';
import { ExpressionSentence } from '@/ui/expression/ExpressionSentence';
import { Page } from '@/ui/Page';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';

/** The next step with a segment; nothing for who may not take it. */
function useWriteColumns(): Column<Segment>[] {
  const { t } = useTranslation();
  const can = useCan();
  if (!can('send_campaigns')) return [];
  return [
    {
      key: 'write',
      head: <span className="unseen">{t('ui.write_to_them')}</span>,
      num: true,
      leaves: 2,
      cell: (row) => (
        <Link
          className="text-link"
          to="/campaigns/$campaignId"
          params={{ campaignId: 'new' }}
          search={{ audience: { segment: { id: row.id } } }}
        >
          {t('ui.write_to_them')}
        </Link>
      ),
    },
  ];
}

function useColumns(people: number): Column<Segment>[] {
  const { t } = useTranslation();
  const { ago } = useFormat();
  const now = useNow();
  return [
    {
      key: 'name',
      head: t('segments.name'),
      cell: (row) => (
        <span className="segments-name">
          <Link to="/segments/$segmentId" params={{ segmentId: row.id }}>
            <b>{row.name}</b>
          </Link>
          <span className="small faint cut">
            <ExpressionSentence expression={row.expression} />
          </span>
        </span>
      ),
    },
    {
      key: 'share',
      head: <span className="unseen">{t('segments.share')}</span>,
      leaves: 1,
      width: '140px',
      cell: (row) => <Meter value={row.count} of={people} fill="var(--text-2)" />,
    },
    {
      key: 'people',
      head: t('segments.people'),
      num: true,
      cell: (row) => <Count value={row.count} people={{ segment: { id: row.id } }} />,
    },
    {
      key: 'reachable',
      head: t('segments.reachable'),
      num: true,
      leaves: 2,
      cell: (row) => (
        <Count
          value={row.reachable}
          people={{ all: [{ segment: { id: row.id } }, { reachable: true }] }}
        />
      ),
    },
    {
      key: 'used',
      head: t('segments.used'),
      leaves: 1,
      cell: (row) =>
        row.used_by.length === 0 ? (
          <span className="faint">{t('segments.unused')}</span>
        ) : (
          <span className="muted">{row.used_by.map((user) => user.name).join(', ')}</span>
        ),
    },
    {
      key: 'changed',
      head: t('segments.changed'),
      num: true,
      leaves: 2,
      cell: (row) => <span className="muted">{ago(row.updated_at, now)}</span>,
    },
    ...useWriteColumns(),
  ];
}

/** Every saved segment with its live count. */
export default function SegmentsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const can = useCan();
  const query = useQuery(segmentsQuery(bot.id));
  const people = useQuery(homeQuery(bot.id, 7)).data?.people;
  const columns = useColumns(people ?? 0);
  const make = can('edit_audiences') && (
    <Button
      variant="filled"
      leftSection={<IconPlus size={14} stroke={1.8} />}
      renderRoot={(props) => (
        <Link {...props} to="/segments/$segmentId" params={{ segmentId: 'new' }} />
      )}
    >
      {t('segments.new')}
    </Button>
  );
  return (
    <Page
      title={t('place.segments')}
      actions={query.data && query.data.items.length > 0 ? make : undefined}
    >
      <Loaded query={query} what={t('segments.failed')} waiting={<SkeletonRows />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('segments.empty_title')} action={make}>
              {people !== undefined &&
                t('segments.empty_text', { count: people, number: number(people) })}
            </EmptyState>
          ) : (
            <>
              <p style={{ paddingBottom: 16 }}>
                <span className="lead-figure">{number(items.length)}</span>{' '}
                <span className="unit">{t('segments.count', { count: items.length })}</span>
              </p>
              <DataTable
                label={t('place.segments')}
                columns={columns}
                rows={items}
                keyOf={(row) => row.id}
                rowHeight={48}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
