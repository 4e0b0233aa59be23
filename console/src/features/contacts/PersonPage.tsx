import './contacts.css';
import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { contactQuery, timelineQuery } from '@/api/queries';
import type { Contact, Entry } from '@/api/types';
import { useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Page } from '@/ui/Page';
import { Failure, Loaded, SkeletonRows } from '@/ui/states';
import { EntryIcon, useEntryText } from '@/ui/TimelineEntry';
import { PersonCampaigns } from './PersonCampaigns';
import { PersonPane } from './PersonPane';
import { StageSection } from './StageSection';

/** What somebody who waits wrote last. */
function LastWords({ id }: { id: number }) {
  const { t } = useTranslation();
  const entries = useInfiniteQuery(timelineQuery(id)).data?.pages[0]?.items ?? [];
  const text = entries.find((entry) => entry.kind === 'message' && entry.text)?.text;
  return text ? (
    <p className="muted contacts-last-words">
      <bdi>{t('person.quoted', { text: text.slice(0, 300) })}</bdi>
    </p>
  ) : null;
}

function Lead({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const { ago, length } = useFormat();
  const now = useNow();
  const waiting = contact.conversation?.waiting_since;
  if (waiting) {
    return (
      <>
        <p>
          <span className="lead-figure">{length(now - waiting)}</span>{' '}
          <span className="unit">{t('person.waiting')}</span>
        </p>
        <LastWords id={contact.id} />
      </>
    );
  }
  if (contact.last_interaction_at === null)
    return (
      <p>
        <span className="lead-figure">{t('person.never_active')}</span>
      </p>
    );
  return (
    <p className="unit">
      <Trans
        i18nKey="person.since_interaction"
        components={{
          n: <span className="lead-figure">{ago(contact.last_interaction_at, now)}</span>,
        }}
      />
    </p>
  );
}

const groups: Record<string, RegExp> = {
  messages: /message|note|command|start/,
  presses: /button|click|press/,
  tags: /tag/,
  campaigns: /campaign|sent|outcome/,
};

function TimelineRows({ entries }: { entries: Entry[] }) {
  const { t } = useTranslation();
  const { date, time } = useFormat();
  const say = useEntryText();
  const dayOf = (at: number) => new Date(at).toDateString();
  const today = new Date().toDateString();
  return (
    <ol className="contacts-timeline">
      {entries.map((entry, index) => {
        const previous = entries[index - 1];
        const starts = !previous || dayOf(previous.at) !== dayOf(entry.at);
        return (
          <li key={entry.id} className={starts ? 'contacts-day-start' : undefined}>
            <span className="muted">
              {starts ? (dayOf(entry.at) === today ? t('timeline.today') : date(entry.at)) : ''}
            </span>
            <span className="faint">{time(entry.at)}</span>
            <EntryIcon kind={entry.kind} />
            <span className="what">
              <bdi>{say(entry)}</bdi>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** As far back as a filter looks by itself; further at a press. */
const LOOKED_THROUGH_PAGES = 5;

function Timeline({ id }: { id: number }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const navigate = useNavigate();
  const { kind = 'all' } = useSearch({ from: '/frame/contacts/$contactId' });
  const query = useInfiniteQuery(timelineQuery(id));
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = kind === 'all' ? all : all.filter((entry) => groups[kind]?.test(entry.kind));
  // What is looked for may lie further back: there is nothing of a kind only where all was read.
  const pages = query.data?.pages.length ?? 0;
  const { hasNextPage, isFetching, isError, fetchNextPage } = query;
  const readsOn = shown.length === 0 && hasNextPage && !isError && pages < LOOKED_THROUGH_PAGES;
  useEffect(() => {
    if (readsOn && !isFetching) void fetchNextPage();
    // `pages`: an answer may come before it was drawn that the page was being read.
  }, [readsOn, isFetching, fetchNextPage, pages]);
  return (
    <section className="section" aria-label={t('person.timeline')}>
      <div className="contacts-timeline-head">
        <h2>{t('person.timeline')}</h2>
        <SegmentedControl
          className="end"
          aria-label={t('person.timeline_kind')}
          value={kind}
          onChange={(next) =>
            void navigate({
              to: '/contacts/$contactId',
              params: { contactId: id },
              search: { kind: next === 'all' ? undefined : next },
              replace: true,
            })
          }
          data={['all', ...Object.keys(groups)].map((each) => ({
            value: each,
            label: t(`person.kind.${each}`),
          }))}
        />
      </div>
      {query.error && (
        <Failure
          error={query.error}
          what={t('person.timeline_failed')}
          retry={() => void query.refetch()}
        />
      )}
      {((query.isPending && !query.error) || readsOn) && <SkeletonRows rows={6} />}
      {query.data && shown.length === 0 && !readsOn && (
        <p className="muted" aria-live="polite">
          {hasNextPage
            ? t('person.timeline_none_yet', { count: all.length, number: number(all.length) })
            : t('person.timeline_empty')}
        </p>
      )}
      <TimelineRows entries={shown} />
      {query.hasNextPage && (
        <Button
          variant="subtle"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t('person.earlier')}
        </Button>
      )}
    </section>
  );
}

/** Everything known about one person. */
export default function PersonPage() {
  const { t } = useTranslation();
  const can = useCan();
  const { contactId } = useParams({ from: '/frame/contacts/$contactId' });
  const query = useQuery(contactQuery(contactId));
  const name = query.data
    ? query.data.name.trim().slice(0, 120) || t('ui.no_name')
    : t('place.contacts');
  return (
    <Page
      bare
      title={name}
      crumb={{ label: t('place.contacts'), to: '/contacts' }}
      actions={
        query.data &&
        can('converse') && (
          <Button
            variant="filled"
            renderRoot={(props) => (
              <Link {...props} to="/inbox" search={{ filter: 'all', c: contactId }} />
            )}
          >
            {t('person.open_conversation')}
          </Button>
        )
      }
    >
      <div className="panes">
        <div className="pane">
          <Loaded query={query} what={t('person.failed')}>
            {(contact) => (
              <>
                <Lead contact={contact} />
                <StageSection contact={contact} />
                <PersonCampaigns id={contact.id} />
              </>
            )}
          </Loaded>
          {!query.error && <Timeline id={contactId} />}
        </div>
        <aside className="pane" aria-label={t('person.about')}>
          {query.data ? (
            <PersonPane contact={query.data} />
          ) : (
            !query.error && <SkeletonRows rows={5} />
          )}
        </aside>
      </div>
    </Page>
  );
}
