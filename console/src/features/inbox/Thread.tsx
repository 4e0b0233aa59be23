import { Button } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Fragment, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { threadQuery } from '@/api/queries';
import type { ThreadEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';
import { ThreadItem } from './ThreadItem';

/** This near to the end is at the end. */
const END_PX = 48;
/** This near to the beginning, what is older is fetched. */
const BEGIN_PX = 200;
const dayOf = (at: number) => new Date(at).toDateString();

/** Whose ends are seen in a box: how high it was, and what stood first and last. */
interface Seen {
  firstId: ThreadEntry['id'] | undefined;
  lastId: ThreadEntry['id'] | undefined;
  height: number;
}

/**
 * A box that stays where it is read: at its end while that is in sight, else at the words in view, whatever comes
 * before or after them. `unseen` counts what came after.
 */
function useReadingPlace(entries: ThreadEntry[]) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const before = useRef<Seen>({ firstId: undefined, lastId: undefined, height: 0 });
  const [unseen, setUnseen] = useState(0);
  useLayoutEffect(() => {
    const element = box.current;
    if (!element || entries.length === 0) return;
    const [firstId, lastId] = [entries[0]?.id, entries.at(-1)?.id];
    const past = before.current;
    const older = past.firstId !== undefined && firstId !== past.firstId && lastId === past.lastId;
    if (atEnd.current) element.scrollTop = element.scrollHeight;
    else if (older) element.scrollTop += element.scrollHeight - past.height;
    else if (past.lastId !== lastId) {
      const from = entries.findIndex((entry) => entry.id === past.lastId);
      if (from >= 0) setUnseen((count) => count + entries.length - 1 - from);
    }
    before.current = { firstId, lastId, height: element.scrollHeight };
  }, [entries]);
  // The end stays in sight while the box itself grows or shrinks: canned replies push the thread up.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const watch = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return {
    box,
    unseen,
    toEnd: () => {
      const element = box.current;
      if (element) element.scrollTop = element.scrollHeight;
      setUnseen(0);
    },
    /** Called as the box scrolls; `onBegin` when its beginning is near. */
    scrolled: (onBegin: () => void) => {
      const element = box.current;
      if (!element) return;
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < END_PX;
      if (atEnd.current) setUnseen(0);
      if (element.scrollTop < BEGIN_PX) onBegin();
    },
  };
}

/** The entries, with each day above its first. */
function Entries({ entries, contactId }: { entries: ThreadEntry[]; contactId: number }) {
  const { t } = useTranslation();
  const { date } = useFormat();
  const today = dayOf(Date.now());
  return entries.map((entry, index) => {
    const previous = entries[index - 1];
    const starts = !previous || dayOf(previous.at) !== dayOf(entry.at);
    return (
      <Fragment key={entry.id}>
        {starts && (
          <p className="inbox-thread-day small">
            {dayOf(entry.at) === today ? t('timeline.today') : date(entry.at)}
          </p>
        )}
        <ThreadItem
          entry={entry}
          contactId={contactId}
          joined={previous?.from === 'campaign' && previous.campaign?.id === entry.campaign?.id}
        />
      </Fragment>
    );
  });
}

/** What was said, oldest on top; it stays where it is read, whatever arrives. */
export function Thread({ contactId }: { contactId: number }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(threadQuery(contactId));
  const entries = useMemo(
    () => (query.data?.pages.flatMap((page) => page.items) ?? []).slice().reverse(),
    [query.data],
  );
  const { box, unseen, toEnd, scrolled } = useReadingPlace(entries);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const more = () => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  };
  return (
    <div className="inbox-thread-frame">
      <div
        className="inbox-messages"
        ref={box}
        onScroll={() => scrolled(more)}
        tabIndex={0}
        role="region"
        aria-label={t('inbox.thread')}
      >
        {query.error && (
          <Failure
            error={query.error}
            what={t('inbox.thread_failed')}
            retry={() => void query.refetch()}
          />
        )}
        {query.isPending && !query.error && <SkeletonRows rows={5} />}
        {hasNextPage && (
          <Button
            variant="subtle"
            className="inbox-thread-older"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {t('inbox.earlier')}
          </Button>
        )}
        {query.data && entries.length === 0 && <EmptyState title={t('inbox.no_words')} />}
        <Entries entries={entries} contactId={contactId} />
      </div>
      {unseen > 0 && (
        <button type="button" className="inbox-thread-unseen" onClick={toEnd}>
          <IconArrowDown size={14} stroke={1.8} aria-hidden="true" />{' '}
          {t('inbox.unseen', { count: unseen })}
        </button>
      )}
    </div>
  );
}
