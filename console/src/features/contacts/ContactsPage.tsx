import './contacts.css';
import { Button } from '@mantine/core';
import { IconDownload, IconUpload } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { download } from '@/api/client';
import { everyone, isEveryone, reachableOnly, unreachableOnly } from '@/api/expressions';
import { contactsQuery, homeQuery, previewQuery } from '@/api/queries';
import { useBot, useCan } from '@/api/workspace';
import { useFormat } from '@/i18n/format';
import { Count } from '@/ui/Count';
import { Figure } from '@/ui/Figure';
import { nextPage } from '@/ui/nextPage';
import { Page } from '@/ui/Page';
import { EmptyState, Failure, Skeleton, SkeletonRows } from '@/ui/states';
import { ContactTable } from './ContactTable';
import { FilterBar } from './FilterBar';
import { ImportDrawer } from './ImportDrawer';
import { SelectionBar } from './SelectionBar';
import { useSelection } from './selection';

function useContacts() {
  const bot = useBot();
  const search = useSearch({ from: '/frame/contacts' });
  const expression = search.e ?? everyone;
  const query = useInfiniteQuery(
    contactsQuery({
      botId: bot.id,
      expression,
      q: search.q ?? '',
      order: search.order ?? 'recent',
    }),
  );
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  return { search, expression, query, rows, count: query.data?.pages[0]?.count };
}

/** How many there are, once it is known: of all where they are filtered. */
function Whole({
  filtered,
  count,
  total,
  aged,
}: {
  filtered: boolean;
  /** They are of the filter before. */
  aged: boolean;
  count: number | undefined;
  total: number | undefined;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  if (count === undefined || (filtered && total === undefined))
    return <Skeleton width={160} height={28} />;
  return (
    <div>
      <Count value={count} size="lead" stale={aged} />{' '}
      <span className="unit">
        {filtered
          ? t('contacts.match', { count, total: number(total ?? count) })
          : t('contacts.people', { count })}
      </span>
    </div>
  );
}

function Summary({
  count,
  aged,
  stale,
  onRefresh,
}: {
  count: number | undefined;
  /** It is of the filter before. */
  aged: boolean;
  stale: boolean;
  onRefresh: () => void;
}) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const bot = useBot();
  const { e: expression = everyone, q } = useSearch({ from: '/frame/contacts' });
  const query = useQuery({ ...previewQuery(bot.id, expression), enabled: !q });
  const preview = query.data;
  const people = useQuery(homeQuery(bot.id, 7)).data?.people;
  const filtered = !isEveryone(expression) || Boolean(q);
  const moved =
    preview !== undefined &&
    !query.isPlaceholderData &&
    count !== undefined &&
    !q &&
    preview.count !== count;
  return (
    <div className="contacts-summary">
      <Whole filtered={filtered} count={count} total={people} aged={aged} />
      {!q && (
        <Figure query={query}>
          {({ reachable, left_out }, aged) => (
            <p className="muted">
              <Trans
                i18nKey="contacts.reach"
                components={{
                  can: <Count value={reachable} people={reachableOnly(expression)} stale={aged} />,
                  cannot: (
                    <Count value={left_out} people={unreachableOnly(expression)} stale={aged} />
                  ),
                }}
              />
            </p>
          )}
        </Figure>
      )}
      {moved && !stale && (
        <button type="button" className="text-link small" onClick={onRefresh}>
          {t('contacts.newer', { count: preview.count, number: number(preview.count) })}
        </button>
      )}
    </div>
  );
}

function Nobody({ filtered }: { filtered: boolean }) {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const bot = useBot();
  if (!filtered) {
    return (
      <EmptyState
        title={t('contacts.empty_title')}
        action={
          can('import_contacts') && (
            <Button
              variant="filled"
              onClick={() => void navigate({ to: '/contacts', search: { drawer: 'import' } })}
            >
              {t('contacts.import')}
            </Button>
          )
        }
      >
        {t('contacts.empty_text', { name: bot.username })}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={t('contacts.none_title')}
      action={
        <Button onClick={() => void navigate({ to: '/contacts', search: {} })}>
          {t('contacts.show_all')}
        </Button>
      }
    >
      {t('contacts.none_text')}
    </EmptyState>
  );
}

function Actions({ nobody }: { nobody: boolean }) {
  const { t } = useTranslation();
  const bot = useBot();
  const can = useCan();
  const navigate = useNavigate();
  const search = useSearch({ from: '/frame/contacts' });
  const expression = search.e ?? everyone;
  return (
    <>
      {can('import_contacts') && (
        <Button
          className="wide-only"
          leftSection={<IconUpload size={14} stroke={1.5} />}
          onClick={() =>
            void navigate({ to: '/contacts', search: { ...search, drawer: 'import' } })
          }
        >
          {t('contacts.import')}
        </Button>
      )}
      {can('export_contacts') && (
        <Button
          className="wide-only"
          component="a"
          leftSection={<IconDownload size={14} stroke={1.5} />}
          href={download('/contacts/export', {
            query: { bot_id: bot.id, expression: JSON.stringify(expression) },
          })}
          download
        >
          {t('contacts.export')}
        </Button>
      )}
      {can('send_campaigns') && (
        <Button
          variant={nobody ? 'default' : 'filled'}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/campaigns/$campaignId"
              params={{ campaignId: 'new' }}
              search={{ audience: expression }}
            />
          )}
        >
          {t('ui.write_to_them')}
        </Button>
      )}
    </>
  );
}

export default function ContactsPage() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { search, expression, query, rows, count } = useContacts();
  const can = useCan();
  const selection = useSelection(JSON.stringify([expression, search.q]));
  const navigate = useNavigate();
  const filtered = !isEveryone(expression) || Boolean(search.q);
  return (
    <Page title={t('place.contacts')} actions={<Actions nobody={count === 0} />}>
      {!query.error && (
        <Summary
          count={count}
          aged={query.isPlaceholderData}
          stale={query.isFetching}
          onRefresh={() => void query.refetch()}
        />
      )}
      <FilterBar expression={expression} total={undefined} />
      {query.error && (
        <Failure
          error={query.error}
          what={t('contacts.failed')}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && !query.error && <SkeletonRows rows={12} />}
      {count === 0 && <Nobody filtered={filtered} />}
      {count !== undefined && count > 0 && (
        <>
          <SelectionBar
            selection={selection}
            count={count}
            rows={rows}
            expression={expression}
            searching={Boolean(search.q)}
          />
          <ContactTable rows={rows} selection={selection} onEnd={nextPage(query)} />
          <p className="small faint contacts-foot">
            {query.hasNextPage
              ? t('contacts.shown', { shown: number(rows.length), total: number(count) })
              : t('contacts.all_shown', { total: number(rows.length) })}
          </p>
        </>
      )}
      {search.drawer === 'import' && can('import_contacts') && (
        <ImportDrawer
          onClose={() =>
            void navigate({ to: '/contacts', search: { ...search, drawer: undefined } })
          }
        />
      )}
    </Page>
  );
}
