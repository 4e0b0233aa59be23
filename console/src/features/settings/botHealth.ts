import type { Bot } from '@/api/types';

export type BotTrouble =
  'token_dead' | 'stopped' | 'error' | 'waiting' | 'pushing' | 'polled' | 'ingest';

/** An error older than the latest update is over. */
const isOver = ({ health }: Bot) =>
  health.last_error_at !== null &&
  health.last_update_at !== null &&
  health.last_update_at >= health.last_error_at;

/** The worst that is wrong with a bot now, or null. */
export function troubleOf(bot: Bot, now: number): BotTrouble | null {
  const { health } = bot;
  if (bot.status === 'token_dead') return 'token_dead';
  if (bot.status === 'stopped') return 'stopped';
  if (health.last_error !== null && !isOver(bot)) return 'error';
  if (health.blocked_until !== null && health.blocked_until > now) return 'waiting';
  if (bot.webhook !== null && bot.webhook.pending > 0 && bot.webhook.last_error !== null)
    return 'pushing';
  if (bot.intake_note !== null) return 'polled';
  return health.ingest_failed > 0 ? 'ingest' : null;
}
