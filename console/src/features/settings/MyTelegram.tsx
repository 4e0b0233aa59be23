import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '@/api/client';
import type { Bot } from '@/api/types';
import { useBotAddress, useWorkspace } from '@/api/workspace';
import { useFormat, useNow } from '@/i18n/format';
import { Section } from '@/ui/Page';
import { useProblemText } from '@/ui/states';
import { Secret } from './Secret';

/** How often it is asked whether the link was opened. */
const ASK_MS = 3_000;

/** Which Telegram account test messages go to; a bot may write only to who started it. */
export function MyTelegram({ bots }: { bots: Bot[] }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const now = useNow();
  const client = useQueryClient();
  const problem = useProblemText();
  const addressOf = useBotAddress();
  const { member } = useWorkspace().session;
  const bind = useMutation({
    mutationFn: (botId: number) => post('/members/me/telegram', { body: { bot_id: botId } }),
  });
  const waiting = bind.data !== undefined && bind.data.expires_at > now && !member.telegram;
  useEffect(() => {
    if (!waiting) return;
    const timer = window.setInterval(
      () => void client.invalidateQueries({ queryKey: ['session'] }),
      ASK_MS,
    );
    return () => window.clearInterval(timer);
  }, [waiting, client]);
  const running = bots.filter((bot) => bot.status !== 'token_dead');
  return (
    <Section title={t('settings.my_telegram')} note={t('settings.my_telegram_note')}>
      {member.telegram ? (
        <p>
          {t('settings.bound')}{' '}
          <Link
            className="count"
            to="/contacts/$contactId"
            params={{ contactId: member.telegram.contact_id }}
          >
            {member.telegram.name}
          </Link>
        </p>
      ) : (
        <p className="muted">{t('settings.not_bound')}</p>
      )}
      <ul className="settings-my-bots">
        {running.map((bot) => (
          <li key={bot.id} className="inline">
            <span className="cut">
              {bot.name} <span className="faint">@{bot.username}</span>
            </span>
            <Button
              className="end"
              loading={bind.isPending && bind.variables === bot.id}
              onClick={() => bind.mutate(bot.id)}
            >
              {t(member.telegram ? 'settings.bind_again' : 'settings.bind')}
            </Button>
          </li>
        ))}
      </ul>
      {bind.error && (
        <p className="field-error" role="alert">
          {problem(bind.error)}
        </p>
      )}
      {bind.data && (
        <Secret
          value={addressOf(bind.data.link)}
          note={t(
            waiting || bind.data.expires_at > now ? 'settings.bind_open' : 'settings.bind_over',
            { until: time(bind.data.expires_at), code: bind.data.code },
          )}
        />
      )}
    </Section>
  );
}
