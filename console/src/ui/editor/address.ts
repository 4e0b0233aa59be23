/** Addresses of links: what the server takes, and what a person types. */

const ADDRESS_BYTES_MAX = 2_048;
/** A host that leads out of one's own machine, with an optional port. */
const host = /^(?:[^\s/?#@]*@)?[^\s/?#:@]+\.[^\s/?#:@.]+(?::\d{1,5})?$/u;

function authority(address: string): string {
  return /^[^/?#]*/.exec(address.replace(/^https?:\/\//i, ''))?.[0] ?? '';
}

/** Whether a message may carry it: absolute, one of Telegram's schemes, no blanks, no fields. */
export function isAddress(address: string): boolean {
  if (
    /[\s\u0000-\u001f\u007f{}]/u.test(address) ||
    new TextEncoder().encode(address).length > ADDRESS_BYTES_MAX
  )
    return false;
  return (
    /^tg:\/\/[^/?#\s]+/i.test(address) ||
    (/^https?:\/\//i.test(address) && host.test(authority(address)))
  );
}

/** Completes what a person types; null for what leads nowhere. */
export function completedAddress(typed: string): string | null {
  const text = typed.trim().replace(/\s/gu, '%20');
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text
    : /^@[a-z0-9_]{4,}$/i.test(text)
      ? `https://t.me/${text.slice(1)}`
      : `https://${text}`;
  return isAddress(whole) ? whole : null;
}
