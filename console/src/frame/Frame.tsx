import './frame.css';
import { Button } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive, useTrouble } from '@/api/live';
import { Problem } from '@/api/client';
import { sessionQuery, stagesQuery } from '@/api/queries';
import type { Session } from '@/api/types';
import { WorkspaceContext } from '@/api/workspace';
import { colorOf } from '@/ui/colors';
import { moveFocus, useKeys } from '@/ui/keys';
import { StageColors } from '@/ui/StageBadge';
import { EmptyState, Failure, Skeleton } from '@/ui/states';
import { SignIn } from './gate';
import { FirstBot } from './FirstBot';
import { Palette } from './Palette';
import { places } from './places';
import { ShortcutHelp } from './ShortcutHelp';
import { Sidebar } from './Sidebar';
import { TabBar } from './TabBar';

const lastBot = 'muster.bot';
/** What `j` and `k` go through. */
const LIST_ROWS = '[data-row] a, [data-list-row]';
/** How long after `g` a letter still goes somewhere. */
const GO_MS = 1_200;

function useChosenBot(session: Session) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const wanted = search.bot ?? Number(localStorage.getItem(lastBot));
  const bot = session.bots.find((each) => each.id === wanted) ?? session.bots[0];
  useEffect(() => {
    if (bot) localStorage.setItem(lastBot, String(bot.id));
  }, [bot]);
  const setBot = (id: number) => void navigate({ to: '/', search: { bot: id } });
  return { bot, setBot };
}

function useFrameKeys(openPalette: () => void, openHelp: () => void) {
  const navigate = useNavigate();
  const wentAt = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        openPalette();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [openPalette]);
  useEffect(() => {
    // Before the page's own letters: after `g`, `t` means Tags, not "tag this person".
    const onKey = (event: KeyboardEvent) => {
      if (Date.now() - wentAt.current > GO_MS) return;
      const place = places.find((each) => each.letter === event.key);
      wentAt.current = 0;
      if (!place) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate({ to: place.to });
    };
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [navigate]);
  useKeys({
    g: () => {
      wentAt.current = Date.now();
    },
    '?': openHelp,
    j: () => moveFocus(LIST_ROWS, 1),
    k: () => moveFocus(LIST_ROWS, -1),
  });
}

/** How often a server that does not answer is asked whether it does again. */
const ASK_AGAIN_MS = 5_000;

/** The one place that says that the server is away; it goes by itself once it answers, and all is read again. */
function Connection() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const trouble = useTrouble();
  useEffect(() => {
    if (trouble !== 'away') return;
    const timer = window.setInterval(
      () => void client.refetchQueries({ queryKey: ['session'] }),
      ASK_AGAIN_MS,
    );
    return () => {
      window.clearInterval(timer);
      void client.invalidateQueries();
    };
  }, [trouble, client]);
  if (trouble === null) return null;
  return (
    <div className="connection" role="status">
      {t(trouble === 'away' ? 'frame.server_away' : 'frame.connection_lost')}
    </div>
  );
}

function Inside({ session }: { session: Session }) {
  const { t } = useTranslation();
  const { bot, setBot } = useChosenBot(session);
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  useLive(bot?.id);
  useFrameKeys(
    () => setPalette(true),
    () => setHelp(true),
  );
  const stages = useQuery({ ...stagesQuery(bot?.id ?? 0), enabled: bot !== undefined }).data;
  const colors = useMemo(
    () =>
      Object.fromEntries(stages?.items.map((stage) => [stage.name, colorOf(stage.color)]) ?? []),
    [stages],
  );
  const workspace = useMemo(() => (bot ? { session, bot, setBot } : null), [session, bot]);
  if (!workspace) return <FirstBot session={session} />;
  return (
    <WorkspaceContext value={workspace}>
      <StageColors value={colors}>
        <a className="skip-link" href="#main">
          {t('frame.skip')}
        </a>
        <div className="frame">
          <Sidebar onFind={() => setPalette(true)} />
          <main className="main" id="main" tabIndex={-1}>
            <Connection />
            <Outlet />
          </main>
        </div>
        <TabBar />
        <aside aria-label={t('frame.messages')}>
          <Notifications className="toasts" position="bottom-left" withinPortal={false} />
        </aside>
        {palette && <Palette opened onClose={() => setPalette(false)} />}
        {help && <ShortcutHelp opened onClose={() => setHelp(false)} />}
      </StageColors>
    </WorkspaceContext>
  );
}

/** Signed in or not; then the sidebar, the page and what floats above it. */
export function Frame() {
  const { t } = useTranslation();
  const session = useQuery({
    ...sessionQuery(),
    retry: (count, error) => !(error instanceof Problem && error.status === 401) && count < 2,
    // A server that is away comes back by itself; no one has to press anything.
    refetchInterval: (query) =>
      query.state.error &&
      !(query.state.error instanceof Problem && query.state.error.status === 401)
        ? 3_000
        : false,
  });
  if (session.data) return <Inside session={session.data} />;
  if (session.error instanceof Problem && session.error.status === 401) return <SignIn />;
  if (session.error) {
    return (
      <main className="gate">
        <Failure
          error={session.error}
          what={t('frame.cannot_start')}
          retry={() => void session.refetch()}
        />
      </main>
    );
  }
  return (
    <main className="gate" aria-busy="true">
      <div className="sheet">
        <Skeleton height={120} width="100%" />
      </div>
    </main>
  );
}

/** How browsers say that a part of the console could not be fetched. */
const isUnloaded = (error: unknown) =>
  error instanceof Error &&
  /dynamically imported module|module script|error loading/i.test(error.message);

/** A page's own mistake stays in the page, and so does a page that could not be loaded: the frame is there to go on from. */
export function PageError({ error, reset }: { error: unknown; reset: () => void }) {
  const { t } = useTranslation();
  const unloaded = isUnloaded(error);
  return (
    <div className="page">
      <Failure
        error={unloaded ? new Problem(0, 'unloaded', '', '', [], undefined) : error}
        what={t('frame.page_failed')}
        retry={unloaded ? () => window.location.reload() : reset}
      />
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <div className="page">
      <EmptyState
        title={t('frame.not_found')}
        action={<Button onClick={() => void navigate({ to: '/' })}>{t('frame.to_home')}</Button>}
      >
        {t('frame.not_found_text')}
      </EmptyState>
    </div>
  );
}
