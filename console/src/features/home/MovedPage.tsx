import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { homeQuery, movedQuery } from '@/api/queries';
import type { ContactItem } from '@/api/types';
import { useBot } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { type Column, DataTable } from '@/ui/DataTable';
import { Page } from '@/ui/Page';
import { PersonCell } from '@/ui/people';
import { useStageName } from '@/ui/StageBadge';
import { nextPage } from '@/ui/nextPage';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';

function useColumns(): Column<ContactItem>[] {
  const { t } = useTranslation();
  const { ago, date } = useFormat();
  const now = useNow();
  return useMemo(
    () => [
      {
        key: 'person',
        head: t('contacts.person'),
        cell: (row) => <PersonCell contact={row} />,
      },
      {
        key: 'joined',
        head: t('contacts.joined'),
        num: true,
        leaves: 1,
        cell: (row) => <span className="muted">{date(row.first_seen_at)}</span>,
      },
      {
        key: 'last',
        head: t('contacts.last'),
        num: true,
        cell: (row) =>
          row.last_interaction_at === null ? (
            <span className="faint">{t('ui.never')}</span>
          ) : (
            ago(row.last_interaction_at, now)
          ),
      },
    ],
    [t, ago, date, now],
  );
}

/** The people whom one of the first page's moves counts. */
export default function MovedPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const { from = 0, to = 0, days = 7 } = useSearch({ from: '/frame/moved' });
  const stages = useQuery(homeQuery(bot.id, days)).data?.stages;
  const stageName = useStageName();
  const nameOf = (id: number) => stages?.find((stage) => stage.id === id)?.name;
  const [before, after] = [nameOf(from), nameOf(to)];
  const query = useInfiniteQuery(movedQuery({ botId: bot.id, from, to, days }));
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const count = query.data?.pages[0]?.count;
  const columns = useColumns();
  return (
    <Page
      title={
        before === undefined || after === undefined
          ? t('home.moved')
          : t('home.moved_title', { from: stageName(before), to: stageName(after) })
      }
      crumb={{ label: t('place.home'), to: '/' }}
      note={t('home.in_days', { count: days })}
    >
      {query.error && (
        <Failure
          error={query.error}
          what={t('home.moved_failed')}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && <SkeletonRows rows={12} />}
      {count === 0 && <EmptyState title={t('home.moved_none')} />}
      {count !== undefined && count > 0 && (
        <>
          <p>
            <span className="lead-figure figure">{number(count)}</span>{' '}
            <span className="unit">{t('contacts.people', { count })}</span>
          </p>
          <DataTable
            label={t('home.moved')}
            columns={columns}
            rows={rows}
            keyOf={(row) => row.id}
            onEnd={nextPage(query)}
          />
        </>
      )}
    </Page>
  );
}
