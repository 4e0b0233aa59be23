import { Button, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Conversation, ConversationFilter, ConversationOrder } from '@/api/types';
import { useWorkspace } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { PersonName } from '@/ui/people';
import { EmptyState, Failure, SkeletonRows } from '@/ui/states';
import { useStillHere } from '@/ui/stillHere';
import { useUsualOrder } from './order';
import type { ShownRows } from './useRows';

/** Of one height, so that 10,000 of them can be placed without being measured. */
const ROW_PX = 68;
const filters: ConversationFilter[] = ['mine', 'unassigned', 'open', 'closed', 'all'];

function Filters({ rows, filter }: { rows: ShownRows; filter: ConversationFilter }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const countOf = (each: ConversationFilter) => (each === 'all' ? undefined : rows.counts?.[each]);
  return (
    <ul className="inbox-filters" aria-label={t('inbox.filters')}>
      {filters.map((each) => (
        <li key={each}>
          <Link
            from="/inbox"
            to="/inbox"
            search={(before) => ({ ...before, filter: each })}
            aria-current={each === filter ? 'true' : undefined}
            className={each === filter ? 'on' : undefined}
          >
            {t(`inbox.filter.${each}`)}
            {countOf(each) !== undefined && (
              <span className="figure">{number(countOf(each) ?? 0)}</span>
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Nobody waits in what is closed, so it has one order. */
const ordersOf = (filter: ConversationFilter): ConversationOrder[] =>
  filter === 'closed' ? ['latest'] : ['latest', 'waiting'];

function Orders({ filter, order }: { filter: ConversationFilter; order: ConversationOrder }) {
  const { t } = useTranslation();
  const usual = useUsualOrder();
  return (
    <ul className="inbox-orders" aria-label={t('inbox.orders')}>
      {ordersOf(filter).map((each) => (
        <li key={each}>
          <Link
            from="/inbox"
            to="/inbox"
            search={(before) => ({ ...before, order: each === usual ? undefined : each })}
            aria-current={each === order ? 'true' : undefined}
            className={each === order ? 'on' : undefined}
          >
            {t(`inbox.order.${each}`)}
          </Link>
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  conversation: Conversation;
  /** Shown where it was, though it is not of this list any more. */
  left: boolean;
  selected: boolean;
  filter: ConversationFilter;
  now: number;
}

/** While the list is scrolled only the rows that come into sight are drawn. */
const Row = memo(function Row({ conversation, left, selected, filter, now }: RowProps) {
  const { t } = useTranslation();
  const { ago, length } = useFormat();
  const { member } = useWorkspace().session;
  const { contact, last, unread, assignee } = conversation;
  const waiting_since = left ? null : conversation.waiting_since;
  const said = (last?.text ?? '').slice(0, 200);
  const who =
    assignee === null ? '' : assignee.id === member.id ? t('inbox.you') : (assignee.name ?? '');
  const since = waiting_since ?? last?.at ?? contact.first_seen_at;
  return (
    <Link
      from="/inbox"
      to="/inbox"
      search={(before) => ({ ...before, filter, c: contact.id, pane: undefined })}
      className={`inbox-talk${selected ? ' on' : ''}${left ? ' left' : ''}`}
      data-list-row
      aria-current={selected ? 'true' : undefined}
    >
      <span className="inbox-talk-line">
        {unread > 0 && (
          <i className="unread" role="img" aria-label={t('inbox.unread', { count: unread })} />
        )}
        <b className="cut">
          <PersonName name={contact.name} />
        </b>
        <span className={waiting_since ? 'end figure inbox-waits' : 'end figure faint'}>
          {waiting_since ? t('inbox.waiting', { time: length(now - since) }) : ago(since, now)}
        </span>
      </span>
      <span className="inbox-talk-line muted">
        <span className="cut" dir="auto">
          {last === null
            ? t('inbox.nothing_said')
            : last.from === 'person'
              ? said
              : t('inbox.we_said', { text: said })}
        </span>
        {conversation.status === 'closed' ? (
          <span className="end small faint">{t('inbox.closed')}</span>
        ) : (
          who && <span className="end small faint cut">{who}</span>
        )}
      </span>
    </Link>
  );
});

function Search({ input }: { input: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { q = '' } = useSearch({ from: '/frame/inbox' });
  const [text, setText] = useState(q);
  const isHere = useStillHere('/inbox');
  const search = useDebouncedCallback(
    (next: string) =>
      isHere() &&
      void navigate({
        from: '/inbox',
        to: '/inbox',
        search: (before) => ({ ...before, q: next.trim() || undefined }),
        replace: true,
      }),
    250,
  );
  return (
    <TextInput
      ref={input}
      size="xs"
      type="search"
      aria-label={t('inbox.search')}
      placeholder={t('inbox.search')}
      leftSection={<IconSearch size={14} stroke={1.5} aria-hidden="true" />}
      rightSection={text ? undefined : <kbd aria-hidden="true">/</kbd>}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
    />
  );
}

interface ListProps {
  rows: ShownRows;
  filter: ConversationFilter;
  order: ConversationOrder;
  selected: number | undefined;
  scroller: RefObject<HTMLDivElement | null>;
  searchInput: RefObject<HTMLInputElement | null>;
}

function Empty({
  filter,
  order,
  searched,
  never,
}: {
  filter: ConversationFilter;
  order: ConversationOrder;
  searched: boolean;
  never: boolean;
}) {
  const { t } = useTranslation();
  const usual = useUsualOrder();
  if (order === 'waiting' && !never) {
    const nobody = searched
      ? t('inbox.none_found_waiting')
      : filter === 'mine'
        ? t('inbox.nobody_waits_mine')
        : t('inbox.nobody_waits');
    return (
      <EmptyState
        title={nobody}
        action={
          <Button
            variant="default"
            renderRoot={(props) => (
              <Link
                {...props}
                from="/inbox"
                to="/inbox"
                search={(before) => ({
                  ...before,
                  order: usual === 'latest' ? undefined : 'latest',
                })}
              />
            )}
          >
            {t('inbox.to_latest')}
          </Button>
        }
      />
    );
  }
  if (searched) return <EmptyState title={t('inbox.none_found')} />;
  if (never) {
    return (
      <EmptyState
        title={t('inbox.empty.all')}
        action={
          <Button renderRoot={(props) => <Link {...props} to="/flows" />}>
            {t('inbox.to_flows')}
          </Button>
        }
      >
        {t('inbox.empty_text')}
      </EmptyState>
    );
  }
  return <EmptyState title={t(`inbox.empty.${filter}`)} />;
}

/** The rows in sight; what is chosen is scrolled to, and what is older is fetched near the end. */
function useRowsInSight({
  rows,
  selected,
  scroller,
}: Pick<ListProps, 'rows' | 'selected' | 'scroller'>) {
  const virtual = useVirtualizer({
    count: rows.items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const last = virtual.getVirtualItems().at(-1)?.index ?? -1;
  const { more } = rows;
  useEffect(() => {
    if (more && rows.items.length > 0 && last >= rows.items.length - 10) more();
  });
  const place = rows.items.findIndex((each) => each.contact.id === selected);
  useEffect(() => {
    if (place >= 0) virtual.scrollToIndex(place, { align: 'auto' });
    // Only another choice scrolls; the list's own changes never do.
  }, [selected]);
  return virtual;
}

function Listed({
  rows,
  filter,
  selected,
  virtual,
}: Pick<ListProps, 'rows' | 'filter' | 'selected'> & {
  virtual: ReturnType<typeof useRowsInSight>;
}) {
  const now = useNow();
  return (
    <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {virtual.getVirtualItems().map((item) => {
        const conversation = rows.items[item.index];
        if (!conversation) return null;
        return (
          <div
            key={conversation.contact.id}
            className="inbox-talk-place"
            style={{ height: ROW_PX, transform: `translateY(${item.start}px)` }}
          >
            <Row
              conversation={conversation}
              left={rows.hasLeft(conversation.contact.id)}
              selected={conversation.contact.id === selected}
              filter={filter}
              now={now}
            />
          </div>
        );
      })}
    </div>
  );
}

/** What came or went and waits to be put in its place. */
function Newer({ rows, order, scroller }: Pick<ListProps, 'rows' | 'order' | 'scroller'>) {
  const { t } = useTranslation();
  if (rows.waiting === 0) return null;
  const settle = () => {
    rows.settle();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <button type="button" className="inbox-newer" onClick={settle}>
      {t(order === 'waiting' ? 'inbox.moved' : 'inbox.newer', { count: rows.waiting })}
    </button>
  );
}

/** Who writes to us, the latest or who waits longest first; any number of them. */
export function ConversationList(props: ListProps) {
  const { rows, filter, order, selected, scroller, searchInput } = props;
  const { t } = useTranslation();
  const { q = '' } = useSearch({ from: '/frame/inbox' });
  // Here, where the box is drawn that it scrolls: a part inside it would look for the box before it is there.
  const virtual = useRowsInSight(props);
  return (
    <section className="inbox-list" aria-label={t('inbox.conversations')}>
      <div className="inbox-list-head">
        <Search input={searchInput} key={q === '' ? 'empty' : 'some'} />
        <div className="inbox-views">
          <Filters rows={rows} filter={filter} />
          <Orders filter={filter} order={order} />
        </div>
      </div>
      <Newer rows={rows} order={order} scroller={scroller} />
      {rows.query.error && (
        <Failure
          error={rows.query.error}
          what={t('inbox.failed')}
          retry={() => void rows.query.refetch()}
        />
      )}
      <div className="inbox-scroll" ref={scroller} tabIndex={-1}>
        {rows.query.isPending && !rows.query.error && <SkeletonRows rows={9} />}
        {rows.query.data && rows.items.length === 0 && (
          <Empty
            filter={filter}
            order={order}
            searched={q !== ''}
            never={rows.counts !== undefined && rows.counts.open + rows.counts.closed === 0}
          />
        )}
        <Listed rows={rows} filter={filter} selected={selected} virtual={virtual} />
        {rows.older.error !== null && (
          <Failure
            error={rows.older.error}
            what={t('inbox.older_failed')}
            retry={rows.retryOlder}
          />
        )}
      </div>
    </section>
  );
}
