import './inbox.css';
import { ActionIcon } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contactQuery, firstConversationsQuery } from '@/api/queries';
import type { Contact, ConversationPage } from '@/api/types';
import { useBot, useCan } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { useKeys } from '@/ui/keys';
import { Page } from '@/ui/Page';
import { Failure, SkeletonRows } from '@/ui/states';
import type { Mode } from './Composer';
import { useConversationActions } from './conversationActions';
import { ConversationList } from './ConversationList';
import type { EditorHandle } from '@/ui/editor/types';
import { useStillHere } from '@/ui/stillHere';
import { ConversationPane } from './ConversationPane';
import { ProfilePane } from './ProfilePane';
import { useUsualOrder } from './order';
import { type ShownRows, useRows } from './useRows';

/** From here on list and thread stand side by side. */
const WIDE = '(min-width: 761px)';
/** Those who wait are counted by their list, and more than a page of them is "over" it. */
const WAITING_COUNTED_MAX = 200;

/** Scrolled further than this, or pointed at, the list is being read. */
const READING_PX = 4;

function Chosen({
  contact,
  rows,
  onNext,
}: {
  contact: Contact;
  rows: ShownRows;
  onNext: () => void;
}) {
  const { t } = useTranslation();
  const can = useCan();
  const navigate = useNavigate();
  const [mode, setMode] = useState<Mode>('reply');
  const composer = useRef<EditorHandle>(null);
  const tagInput = useRef<HTMLInputElement>(null);
  const actions = useConversationActions(contact.id, rows.put);
  const { filter = 'open', pane } = useSearch({ from: '/frame/inbox' });
  const unread = rows.find(contact.id)?.unread ?? 0;
  const { read } = actions;
  useEffect(() => {
    if (unread > 0 && document.visibilityState === 'visible') read();
    // Once for each person and each arrival, not for each new `read`.
  }, [contact.id, unread]);
  const close = () =>
    actions.close(() => {
      if (filter === 'closed' || filter === 'all') return;
      onNext();
      rows.drop(contact.id);
    });
  const focusTag = () => {
    if (tagInput.current?.offsetParent) tagInput.current.focus();
    else {
      void navigate({
        from: '/inbox',
        to: '/inbox',
        search: (before) => ({ ...before, pane: 'profile' }),
      });
      requestAnimationFrame(() => tagInput.current?.focus());
    }
  };
  const write = (next: Mode) => {
    setMode(next);
    // A note has another field, which is there with the next frame.
    requestAnimationFrame(() => composer.current?.focus());
  };
  useKeys(
    can('converse')
      ? {
          r: () => write('reply'),
          n: () => write('note'),
          t: focusTag,
          e: () => (contact.conversation?.status === 'open' ? close() : actions.open()),
        }
      : {},
  );
  return (
    <>
      <ConversationPane
        contact={contact}
        actions={actions}
        onClose={close}
        mode={mode}
        onMode={setMode}
        composer={composer}
        mayTalk={can('converse')}
      />
      <aside className="inbox-profile" aria-label={t('person.about')}>
        {pane === 'profile' && (
          <ActionIcon
            className="inbox-back-profile"
            aria-label={t('inbox.back')}
            onClick={() =>
              void navigate({
                from: '/inbox',
                to: '/inbox',
                search: (before) => ({ ...before, pane: undefined }),
              })
            }
          >
            <IconArrowLeft size={16} stroke={1.5} aria-hidden="true" />
          </ActionIcon>
        )}
        <ProfilePane contact={contact} actions={actions} tagInput={tagInput} />
      </aside>
    </>
  );
}

/** Nothing can be chosen: the list says why. */
function Nothing() {
  const { t } = useTranslation();
  return <section className="inbox-thread inbox-nothing" aria-label={t('inbox.conversation')} />;
}

/** How many wait for an answer, and how long the first of them has. */
function WaitingNote({ counts }: { counts: ConversationPage['counts'] | undefined }) {
  const { t } = useTranslation();
  const { number, length } = useFormat();
  const bot = useBot();
  const now = useNow();
  const query = firstConversationsQuery(bot.id, 'open', '', 'waiting', WAITING_COUNTED_MAX);
  const page = useQuery(query).data;
  if (!page || !counts) return null;
  const since = page.items[0]?.waiting_since;
  if (!since)
    return t('inbox.summary_caught_up', { count: counts.open, open: number(counts.open) });
  return t(page.next ? 'inbox.summary_many' : 'inbox.summary', {
    count: page.items.length,
    waiting: number(page.items.length),
    longest: length(now - since),
    unassigned: number(counts.unassigned),
  });
}

/** Who waits for the team, what was said, and who they are. */
export default function InboxPage() {
  const { t } = useTranslation();
  const bot = useBot();
  const navigate = useNavigate();
  const { filter = 'open', order: chosen, q = '', c, pane } = useSearch({ from: '/frame/inbox' });
  const scroller = useRef<HTMLDivElement>(null);
  const searchInput = useRef<HTMLInputElement>(null);
  const isHeld = () => {
    const element = scroller.current;
    return (
      element !== null &&
      (element.scrollTop > READING_PX ||
        element.matches(':hover') ||
        element.contains(document.activeElement))
    );
  };
  const usual = useUsualOrder();
  // Nobody waits in what is closed.
  const order = filter === 'closed' ? 'latest' : (chosen ?? usual);
  const rows = useRows({ botId: bot.id, filter, q, order, chosen: c }, isHeld);
  const contact = useQuery({ ...contactQuery(c ?? 0), enabled: c !== undefined });
  const step = (by: 1 | -1) => {
    const at = rows.items.findIndex((each) => each.contact.id === c);
    const to = rows.items[at < 0 ? 0 : Math.min(rows.items.length - 1, Math.max(0, at + by))];
    if (to)
      void navigate({
        from: '/inbox',
        to: '/inbox',
        search: (before) => ({ ...before, c: to.contact.id, pane: undefined }),
        replace: c !== undefined,
      });
  };
  const isHere = useStillHere('/inbox');
  const firstOpen = rows.items[0]?.contact.id;
  const isWide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  useEffect(() => {
    // Where list and thread stand side by side there is always a conversation to read.
    if (c !== undefined || firstOpen === undefined || !isWide || !isHere()) return;
    void navigate({
      from: '/inbox',
      to: '/inbox',
      search: (before) => ({ ...before, c: firstOpen }),
      replace: true,
    });
  }, [c, firstOpen, isWide, isHere, navigate]);
  useKeys(
    { j: () => step(1), k: () => step(-1), '/': () => searchInput.current?.focus() },
    { ahead: true },
  );
  const next = () => {
    const at = rows.items.findIndex((each) => each.contact.id === c);
    const to = rows.items[at + 1] ?? rows.items[at - 1];
    void navigate({
      from: '/inbox',
      to: '/inbox',
      search: (before) => ({ ...before, c: to?.contact.id, pane: undefined }),
      replace: true,
    });
  };
  const shows = c === undefined ? 'list' : pane === 'profile' ? 'profile' : 'thread';
  return (
    <Page bare title={t('place.inbox')} note={<WaitingNote counts={rows.counts} />}>
      <div className="inbox" data-shows={shows}>
        <ConversationList
          rows={rows}
          filter={filter}
          order={order}
          selected={c}
          scroller={scroller}
          searchInput={searchInput}
        />
        {c === undefined ? (
          <Nothing />
        ) : contact.data ? (
          <Chosen key={contact.data.id} contact={contact.data} rows={rows} onNext={next} />
        ) : (
          <section className="inbox-thread">
            {contact.error ? (
              <Failure
                error={contact.error}
                what={t('inbox.thread_failed')}
                retry={() => void contact.refetch()}
              />
            ) : (
              <SkeletonRows rows={6} />
            )}
          </section>
        )}
      </div>
    </Page>
  );
}
