import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { del } from '@/api/client';
import { browserSessionsQuery } from '@/api/queries';
import type { BrowserSession } from '@/api/types';
import { useFormat, useNow } from '@/i18n/format';
import { Section } from '@/ui/Page';
import { Loaded, SkeletonRows, useProblemText } from '@/ui/states';

/** "Chrome, Linux" of a long header; what is not recognised is cut. */
export function browserOf(userAgent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)\/\d/u.exec(userAgent)?.[1];
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/u.exec(userAgent)?.[1];
  const name = { Edg: 'Edge', OPR: 'Opera' }[browser ?? ''] ?? browser;
  const parts = [name, system === 'Mac OS X' ? 'macOS' : system].filter(Boolean);
  return parts.length > 0 ? parts.join(', ') : userAgent.slice(0, 60);
}

function SessionRow({ session }: { session: BrowserSession }) {
  const { t } = useTranslation();
  const { ago } = useFormat();
  const now = useNow();
  const client = useQueryClient();
  const problem = useProblemText();
  const end = useMutation({
    mutationFn: () => del('/sessions/{id}', { params: { path: { id: session.id } } }),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <li className="inline">
      <span className="cut">{browserOf(session.user_agent) || t('settings.some_browser')}</span>
      <span className="end small faint">
        {session.current ? t('settings.this_browser') : ago(session.seen_at, now)}
      </span>
      {!session.current && (
        <Button variant="subtle" loading={end.isPending} onClick={() => end.mutate()}>
          {t('settings.end_session')}
        </Button>
      )}
      {end.error && (
        <span className="field-error" role="alert">
          {problem(end.error)}
        </span>
      )}
    </li>
  );
}

/** Where one is signed in. */
export function Sessions() {
  const { t } = useTranslation();
  const query = useQuery(browserSessionsQuery());
  return (
    <Section title={t('settings.sessions')} note={t('settings.sessions_note')}>
      <Loaded
        query={query}
        what={t('settings.sessions_failed')}
        waiting={<SkeletonRows rows={2} />}
      >
        {({ items }) => (
          <ul className="settings-my-bots">
            {items.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
