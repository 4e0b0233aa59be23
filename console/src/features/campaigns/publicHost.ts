import type { Message } from '@/api/types';

const PRIVATE = [
  /^127\./,
  /^10\./,
  /^192\.168\./,
  /^172\.(1[6-9]|2\d|3[01])\./,
  /^169\.254\./,
  /^0\./,
  /^\[/,
];

/**
 * Whether people's phones can open an address of this server. Telegram itself refuses a button whose host has no
 * dot, `localhost` above all; an address of one's own network it takes, and it leads nowhere.
 */
export function isPublicHost(publicUrl: string): boolean {
  try {
    const { hostname } = new URL(publicUrl);
    return (
      hostname.includes('.') &&
      !hostname.endsWith('.local') &&
      !PRIVATE.some((own) => own.test(hostname))
    );
  } catch {
    return false;
  }
}

/** Whether the message has a button that leads through this server. */
export const hasTrackedLinks = (message: Message) =>
  (message.buttons ?? []).some((row) =>
    row.some((button) => 'url' in button && button.track !== false),
  );

/** The message with its buttons leading straight to their addresses. */
export function untracked(message: Message): Message {
  return {
    ...message,
    buttons: (message.buttons ?? []).map((row) =>
      row.map((button) => ('url' in button ? { ...button, track: false } : button)),
    ),
  };
}
